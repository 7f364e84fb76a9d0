// `solder talk`: a board, real or virtual, over its port for messages.
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/common/progress.h"
#include "cli/common/table.h"
#include "client/board.h"
#include "compiler/data/files.h"
#include "compiler/data/values.h"

namespace solder::cli {
namespace {

using client::Board;
using client::Bytes;

struct TalkOptions {
  std::string port;
  uint32_t baud = client::kDefaultBaud;
  bool json = false;
  std::filesystem::path model, output;
  std::vector<std::filesystem::path> inputs;
  size_t count = 100;
};

std::string shape_text(const std::vector<int32_t>& shape) {
  std::string text;
  for (const int32_t dim : shape) text += (text.empty() ? "" : "x") + std::to_string(dim);
  return text.empty() ? "scalar" : text;
}

const messages::ModelT& model_of(const client::Info& info) {
  if (!info.model) throw std::runtime_error("the board has no model: " + info.problem);
  return *info.model;
}

void show_info(Board& board, const TalkOptions& options) {
  const client::Info& info = board.info();
  nlohmann::json all = {{"board", info.board},
                        {"firmware", info.firmware},
                        {"door", info.door},
                        {"core_clock_hz", info.core_clock_hz},
                        {"lost_bytes", info.lost_bytes},
                        {"damaged_frames", info.damaged_frames},
                        {"model", nullptr},
                        {"slots", nlohmann::json::array()}};
  Table table({"<", "<name", "<type", "<shape", "scale", "zero point", "bytes"});
  const auto add = [&](const char* kind, const auto& tensors) {
    nlohmann::json list = nlohmann::json::array();
    for (const auto& tensor : tensors) {
      const char* type = type_name(static_cast<TensorType>(tensor->type));
      table.add({kind, tensor->name, type, shape_text(tensor->shape),
                 tensor->scale == 0 ? "" : fmt::format("{:.6g}", tensor->scale),
                 tensor->scale == 0 ? "" : std::to_string(tensor->zero_point),
                 with_commas(tensor->bytes)});
      list.push_back({{"name", tensor->name},
                      {"type", type},
                      {"shape", tensor->shape},
                      {"scale", tensor->scale},
                      {"zero_point", tensor->zero_point},
                      {"bytes", tensor->bytes}});
    }
    return list;
  };
  if (info.model) {
    all["model"] = {{"name", info.model->name},
                    {"arena_bytes", info.model->arena_bytes},
                    {"steps", info.model->steps},
                    {"inputs", add("input", info.model->inputs)},
                    {"outputs", add("output", info.model->outputs)}};
  } else {
    all["problem"] = info.problem;
  }
  for (const auto& slot : info.slots)
    all["slots"].push_back({{"state", messages::EnumNameSlotState(slot->state)},
                            {"capacity", slot->capacity},
                            {"bytes", slot->bytes},
                            {"crc32", fmt::format("{:08x}", slot->crc32)}});
  if (options.json) return fmt::print("{}\n", all.dump(2));

  fmt::print("{}, firmware {}, {} door, {:.0f} MHz; {} bytes lost, {} frames damaged\n", info.board,
             info.firmware, info.door, 1e-6 * info.core_clock_hz, info.lost_bytes,
             info.damaged_frames);
  if (info.model)
    fmt::print("model \"{}\": arena {} bytes, {} steps\n{}", info.model->name,
               with_commas(info.model->arena_bytes), info.model->steps, table.text());
  else
    fmt::print("no model: {}\n", info.problem);
  for (size_t i = 0; i < info.slots.size(); ++i) {
    const auto& slot = *info.slots[i];
    fmt::print("slot {}: {}, {} of {} bytes\n", i, messages::EnumNameSlotState(slot.state),
               with_commas(slot.bytes), with_commas(slot.capacity));
  }
}

std::vector<Bytes> read_inputs(Board& board, const TalkOptions& options) {
  const auto& tensors = model_of(board.info()).inputs;
  if (options.inputs.size() != tensors.size())
    throw std::runtime_error(
        fmt::format("the model has {} inputs: give --input as many times", tensors.size()));
  std::vector<Bytes> inputs;
  for (size_t i = 0; i < tensors.size(); ++i) {
    inputs.push_back(compiler::read_file(options.inputs[i]));
    if (inputs.back().size() != tensors[i]->bytes)
      throw std::runtime_error(fmt::format("{}: {} bytes, but input \"{}\" is {} {}: {} bytes",
                                           options.inputs[i].string(), inputs.back().size(),
                                           tensors[i]->name,
                                           type_name(static_cast<TensorType>(tensors[i]->type)),
                                           shape_text(tensors[i]->shape), tensors[i]->bytes));
  }
  return inputs;
}

std::vector<float> values_of(const messages::TensorT& tensor, const Bytes& bytes) {
  const auto type = static_cast<TensorType>(tensor.type);
  if (size_of(type) == 0) throw std::runtime_error("an output has a type without numbers");
  return compiler::real_values(bytes.data(), type, tensor.scale, tensor.zero_point,
                               static_cast<int64_t>(bytes.size()) / size_of(type));
}

void infer(Board& board, const TalkOptions& options) {
  const auto inputs = read_inputs(board, options);
  const client::Inference result = board.infer(inputs);
  const auto& tensors = model_of(board.info()).outputs;
  if (!options.output.empty()) {
    if (result.outputs.size() != 1)
      throw std::runtime_error("the model has several outputs; --output serves models with one");
    compiler::write_file(options.output, result.outputs[0]);
  }
  nlohmann::json all = {{"cycles", result.cycles}, {"ms", result.milliseconds}};
  for (size_t i = 0; i < result.outputs.size(); ++i) {
    const auto values = values_of(*tensors[i], result.outputs[i]);
    all["outputs"].push_back(values);
    if (options.json) continue;
    fmt::print("output \"{}\" {}\n", tensors[i]->name, shape_text(tensors[i]->shape));
    constexpr size_t kShown = 32;
    for (size_t at = 0; at < values.size() && at < kShown; ++at)
      fmt::print("  [{}] {:.6g}\n", at, values[at]);
    if (values.size() > kShown) fmt::print("  ... {} more\n", values.size() - kShown);
    fmt::print("largest: [{}]\n", compiler::argmax(values));
  }
  if (options.json) return fmt::print("{}\n", all.dump(2));
  fmt::print("{:.3f} ms on the board\n", result.milliseconds);
}

void show_profile(Board& board, const TalkOptions& options) {
  if (!options.inputs.empty()) board.infer(read_inputs(board, options));
  const double ms_per_cycle = 1000.0 / board.info().core_clock_hz;
  nlohmann::json all = nlohmann::json::array();
  Table table({"#", "<operator", "cycles", "ms"});
  uint64_t total = 0;
  for (const client::StepTime& step : board.profile()) {
    total += step.cycles;
    table.add({std::to_string(step.operator_index), step.type, with_commas(step.cycles),
               fmt::format("{:.3f}", step.cycles * ms_per_cycle)});
    all.push_back({{"operator", step.operator_index},
                   {"type", step.type},
                   {"cycles", step.cycles},
                   {"ms", step.cycles * ms_per_cycle}});
  }
  if (options.json) return fmt::print("{}\n", all.dump(2));
  if (total == 0) fmt::print("nothing was computed yet; give --input, or run infer first\n");
  table.add({"", "TOTAL", with_commas(total),
             fmt::format("{:.3f}", static_cast<double>(total) * ms_per_cycle)});
  fmt::print("{}", table.text());
}

void upload(Board& board, const TalkOptions& options) {
  const auto model = compiler::read_file(options.model);
  {
    Progress progress("Uploading");
    board.upload(model, [&](size_t done) { progress(done, model.size()); });
  }
  fmt::print("{}: {} bytes; the board runs it from now on\n", options.model.string(),
             with_commas(static_cast<int64_t>(model.size())));
}

// How fast and how well the line carries bytes.
void echo(Board& board, const TalkOptions& options) {
  board.info();
  Bytes bytes(protocol::kMaxData);
  const auto start = std::chrono::steady_clock::now();
  {
    Progress progress("Echoing");
    for (size_t i = 0; i < options.count; ++i) {
      for (size_t at = 0; at < bytes.size(); ++at) bytes[at] = static_cast<uint8_t>(at * 7 + i);
      if (board.echo(bytes) != bytes) throw std::runtime_error("the board sent other bytes back");
      progress(i + 1, options.count);
    }
  }
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const double rate = static_cast<double>(options.count * bytes.size()) / seconds;
  if (options.json)
    return fmt::print("{}\n", nlohmann::json({{"bytes", options.count * bytes.size()},
                                              {"seconds", seconds},
                                              {"retries", board.retries()},
                                              {"damaged_frames", board.damaged_frames()}})
                                  .dump(2));
  fmt::print(
      "{} bytes there and back in {:.2f} s, {:.0f} bytes a second each way; {} requests "
      "repeated, {} frames damaged\n",
      with_commas(static_cast<int64_t>(options.count * bytes.size())), seconds, rate,
      board.retries(), board.damaged_frames());
}

void reset(Board& board, const TalkOptions&) { board.reset(); }

}  // namespace

void add_talk_command(CLI::App& program) {
  auto options = std::make_shared<TalkOptions>();
  CLI::App& talk = *program.add_subcommand("talk", "A board over its port for messages");
  talk.add_option("port", options->port,
                  "Serial port or pseudo-terminal of the board's UART7, or tcp:HOST:PORT")
      ->required();
  talk.add_option("--baud", options->baud, "Bits a second of the board's port")
      ->capture_default_str()
      ->check(CLI::Range(1200U, 4'000'000U));
  talk.require_subcommand(1);

  using Action = void (*)(Board&, const TalkOptions&);
  const auto add = [&](const char* name, const char* help, Action action) -> CLI::App& {
    CLI::App& command = *talk.add_subcommand(name, help);
    command.callback([options, action] {
      Board board(client::open_port(options->port, options->baud));
      action(board, *options);
    });
    return command;
  };
  const auto add_json = [&](CLI::App& command) {
    command.add_flag("--json", options->json, "Print figures as JSON");
  };
  add_json(add("info", "What the board is, its model, its slots", show_info));

  CLI::App& infer_command = add("infer", "One inference on the board", infer);
  infer_command
      .add_option("--input", options->inputs, "Input tensor, raw little-endian; one for each input")
      ->required();
  infer_command.add_option("--output", options->output, "Where to write the output tensor, raw");
  add_json(infer_command);

  CLI::App& profile_command = add("profile", "Time of each operator in an inference", show_profile);
  profile_command.add_option("--input", options->inputs,
                             "Input tensors, raw; without them, of the inference before");
  add_json(profile_command);

  CLI::App& upload_command =
      add("upload", "A .tflite into the board's free slot, which it runs from then on", upload);
  upload_command.add_option("model", options->model, "The .tflite")
      ->required()
      ->check(CLI::ExistingFile);

  CLI::App& echo_command = add("echo", "Send bytes there and back, to test the line", echo);
  echo_command.add_option("--count", options->count, "Messages of 4,000 bytes")
      ->capture_default_str();
  add_json(echo_command);

  add("reset", "Start the board anew", reset);
}

}  // namespace solder::cli
