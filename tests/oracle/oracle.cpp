#include "tests/oracle/oracle.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <stdexcept>

#include "cli/common/subprocess.h"
#include "schema/tflite_generated.h"
#include "tests/support/program.h"

namespace solder::tests {
namespace {

template <typename T>
double largest(const Bytes& a, const Bytes& b) {
  double out = 0;
  for (size_t i = 0; i + sizeof(T) <= std::min(a.size(), b.size()); i += sizeof(T)) {
    T x, y;
    std::memcpy(&x, &a[i], sizeof x);
    std::memcpy(&y, &b[i], sizeof y);
    const double unit = std::is_floating_point_v<T> ? std::max(1.0, std::abs(double(y))) : 1.0;
    out = std::max(out, std::abs(double(x) - double(y)) / unit);
  }
  return out;
}

}  // namespace

Bytes read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path.string() + ": cannot be read");
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_bytes(const std::filesystem::path& path, const Bytes& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

Bytes without_xnnpack(const Bytes& tflite) {
  const auto model = schema::UnPackModel(tflite.data());
  auto& graph = *model->subgraphs.at(0);
  const auto input = static_cast<size_t>(graph.inputs.at(0));
  // XNNPACK knows no INT16, and WHERE neither.
  if (graph.tensors.at(input)->type == schema::TensorType_INT16) return tflite;
  auto code = std::make_unique<schema::OperatorCodeT>();
  code->builtin_code = schema::BuiltinOperator_WHERE;
  code->deprecated_builtin_code = static_cast<int8_t>(schema::BuiltinOperator_WHERE);
  model->operator_codes.push_back(std::move(code));
  auto indices = std::make_unique<schema::TensorT>();
  indices->name = "indices";
  indices->type = schema::TensorType_INT64;
  graph.tensors.push_back(std::move(indices));
  auto where = std::make_unique<schema::OperatorT>();
  where->opcode_index = static_cast<uint32_t>(model->operator_codes.size() - 1);
  where->inputs = {static_cast<int>(input)};
  where->outputs = {static_cast<int>(graph.tensors.size() - 1)};
  graph.operators.push_back(std::move(where));
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(schema::Model::Pack(builder, model.get()), schema::ModelIdentifier());
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

Bytes random_tensor(const compiler::Tensor& tensor, unsigned seed) {
  std::mt19937 random(seed);
  Bytes bytes(static_cast<size_t>(tensor.bytes()));
  if (tensor.type != TensorType::FLOAT32) {
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
    return bytes;
  }
  for (size_t i = 0; i < bytes.size(); i += sizeof(float)) {
    const float value = static_cast<float>(random() % 256) / 255;
    std::memcpy(&bytes[i], &value, sizeof value);
  }
  return bytes;
}

double largest_difference(TensorType type, const Bytes& a, const Bytes& b) {
  if (a.size() != b.size()) throw std::runtime_error("outputs of different sizes");
  switch (type) {
    case TensorType::FLOAT32:
      return largest<float>(a, b);
    case TensorType::INT8:
      return largest<int8_t>(a, b);
    case TensorType::UINT8:
      return largest<uint8_t>(a, b);
    case TensorType::INT16:
      return largest<int16_t>(a, b);
    default:
      throw std::runtime_error("a type of tensor that is not compared");
  }
}

std::filesystem::path digit_for_calibration(const std::filesystem::path& folder) {
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (28, 28), }";
  header.resize(128 - 11, ' ');
  std::string file = "\x93NUMPY";
  file += {1, 0, static_cast<char>(header.size() + 1), 0};
  file += header + '\n';
  const Bytes digit = read_bytes(repository() / "models/digit/digit.f32");
  file.append(digit.begin(), digit.end());
  std::filesystem::create_directories(folder);
  write_bytes(folder / "digit.npy", {file.begin(), file.end()});
  return folder;
}

size_t Oracle::add(const std::string& runtime, const Bytes& model,
                   const std::vector<std::vector<Bytes>>& runs) {
  const size_t job = jobs_.size();
  const auto path = [&](const std::string& name) {
    return (folder_ / fmt::format("{}-{}", job, name)).string();
  };
  write_bytes(path("model"), model);
  nlohmann::json files = nlohmann::json::array();
  for (size_t run = 0; run < runs.size(); ++run) {
    nlohmann::json inputs = nlohmann::json::array();
    for (size_t i = 0; i < runs[run].size(); ++i) {
      inputs.push_back(path(fmt::format("{}-input{}", run, i)));
      write_bytes(inputs.back().get<std::string>(), runs[run][i]);
    }
    files.push_back({{"inputs", inputs}, {"output", path(fmt::format("{}-output", run))}});
  }
  jobs_.push_back({{"runtime", runtime}, {"model", path("model")}, {"runs", files}});
  return job;
}

size_t Oracle::add_batch(const Bytes& model, const Bytes& inputs) {
  const size_t job = add("tflite", model, {});
  const auto path = [&](const char* name) {
    return (folder_ / fmt::format("{}-{}", job, name)).string();
  };
  write_bytes(path("inputs"), inputs);
  jobs_[job]["runs"].push_back({{"batch", path("inputs")}, {"output", path("outputs")}});
  return job;
}

void Oracle::run() {
  const std::string jobs = folder_ / "jobs.json", results = folder_ / "results.json";
  std::ofstream(jobs) << jobs_;
  const cli::Finished node = cli::run_program({"node", SOLDER_ORACLE, jobs, results});
  if (node.exit_code != 0) throw std::runtime_error(node.output);
  std::ifstream(results) >> nodes_;
}

std::vector<Bytes> Oracle::outputs(size_t job) const {
  std::vector<Bytes> out;
  for (const auto& run : jobs_[job]["runs"]) {
    out.push_back(read_bytes(run["output"].get<std::string>()));
  }
  return out;
}

bool Oracle::used_xnnpack(size_t job) const {
  return std::ranges::any_of(nodes_.at(job), [](const nlohmann::json& kind) {
    return kind.get<std::string>().find("XNNPack") != std::string::npos;
  });
}

}  // namespace solder::tests
