#include "bindings/python/native/model.h"

#include <pybind11/stl/filesystem.h>

#include <chrono>
#include <cstring>
#include <mutex>
#include <optional>

#include "bindings/python/native/arrays.h"
#include "bindings/python/native/interrupt.h"
#include "compiler/data/calibration_data.h"
#include "compiler/data/dataset.h"
#include "compiler/data/files.h"
#include "compiler/driver/accuracy.h"
#include "compiler/driver/choices.h"
#include "compiler/driver/compile.h"
#include "compiler/driver/load_model.h"
#include "compiler/driver/post_training.h"
#include "compiler/exporters/tflite/tflite_exporter.h"
#include "compiler/ir/cost.h"
#include "compiler/passes/passes.h"

namespace solder::python {
namespace {

namespace py = pybind11;
using compiler::Executable;
using compiler::Graph;
using Arrays = std::vector<py::array>;
using Unlocked = py::call_guard<py::gil_scoped_release>;

// What Python's function is told, if any, and Ctrl-C.
compiler::Progress progress_to(const py::object& function) {
  return [&function](size_t done, size_t total) {
    check_signals();
    const py::gil_scoped_acquire lock;
    if (!function.is_none()) function(done, total);
  };
}

py::tuple describe_tensor(const TensorInfo& info) {
  return python::describe_tensor(info.name, info.type, dims_of(info.shape), info.scale,
                                 info.zero_point);
}

py::array batch_of(const TensorInfo& info, size_t count) {
  std::vector<int64_t> shape = dims_of(info.shape);
  shape.insert(shape.begin(), static_cast<int64_t>(count));
  return make_array(info.type, shape);
}

// Errors of a model name its file, once.
template <class Action>
auto named(const std::string& name, const Action& action) {
  try {
    return action();
  } catch (const compiler::ModelError& error) {
    const std::string text = error.what();
    throw compiler::ModelError(text.starts_with(name + ":") ? text : name + ": " + text);
  }
}

class PyModel {
 public:
  PyModel(Graph graph, std::string origin)
      : graph_(std::move(graph)), origin_(std::move(origin)), runnable_(graph_for_running()) {}

  static std::unique_ptr<PyModel> load(const std::filesystem::path& path) {
    return named(path.string(), [&] {
      return std::make_unique<PyModel>(compiler::load_model(path, compiler::Use::kExport),
                                       path.filename().string());
    });
  }

  const std::string& origin() const { return origin_; }
  const Executable& runnable() const { return runnable_; }
  size_t arena_bytes() const { return runnable_.plan().arena_bytes; }
  int64_t macs() const { return compiler::macs(runnable_.graph()); }
  int64_t parameters() const { return compiler::parameters(graph_).count; }

  py::list inputs() const {
    py::list list;
    const Model model = runnable_.model();
    for (uint32_t i = 0; i < model.input_count(); ++i)
      list.append(describe_tensor(model.input_info(i)));
    return list;
  }
  py::list outputs() const {
    py::list list;
    const Model model = runnable_.model();
    for (uint32_t i = 0; i < model.output_count(); ++i)
      list.append(describe_tensor(model.output_info(i)));
    return list;
  }

  // Every array has a first dimension more than its tensor: how many inferences.
  Arrays run(const Arrays& inputs, size_t count) {
    const Model model = runnable_.model();
    std::vector<std::span<const uint8_t>> from;
    for (const py::array& input : inputs) from.push_back(bytes_of(input));
    Arrays outputs;
    std::vector<std::span<uint8_t>> to;
    for (uint32_t i = 0; i < model.output_count(); ++i) {
      outputs.push_back(batch_of(model.output_info(i), count));
      to.push_back(writable_bytes_of(outputs.back()));
    }
    const py::gil_scoped_release unlocked;
    const std::lock_guard guard(running_);
    for (size_t at = 0; at < count; ++at) {
      for (uint32_t i = 0; i < model.input_count(); ++i)
        fill(model, i, from[i].subspan(at * model.input_info(i).bytes));
      model.invoke();
      for (uint32_t i = 0; i < model.output_count(); ++i) {
        const uint32_t bytes = model.output_info(i).bytes;
        std::memcpy(to[i].data() + at * bytes, model.output(i), bytes);
      }
      check_signals();
    }
    return outputs;
  }

  // (operator, type, milliseconds) of every step of one inference.
  std::vector<std::tuple<int, std::string, double>> profile(const Arrays& inputs) {
    struct Timer {
      using Clock = std::chrono::steady_clock;
      Clock::time_point start;
      std::vector<double> milliseconds;
    };
    const Model model = runnable_.model();
    std::vector<std::span<const uint8_t>> from;
    for (const py::array& input : inputs) from.push_back(bytes_of(input));
    const py::gil_scoped_release unlocked;
    const std::lock_guard guard(running_);
    for (uint32_t i = 0; i < model.input_count(); ++i) fill(model, i, from[i]);
    Timer timer;
    timer.milliseconds.resize(model.plan().step_count);
    model.invoke(
        {.begin = [](void* t, uint32_t) { static_cast<Timer*>(t)->start = Timer::Clock::now(); },
         .end =
             [](void* t, uint32_t step) {
               auto& own = *static_cast<Timer*>(t);
               own.milliseconds[step] =
                   std::chrono::duration<double, std::milli>(Timer::Clock::now() - own.start)
                       .count();
             },
         .context = &timer});
    std::vector<std::tuple<int, std::string, double>> steps;
    for (uint32_t i = 0; i < model.plan().step_count; ++i) {
      const int op = model.plan().steps[i].operator_index;
      steps.emplace_back(op,
                         operator_name(runnable_.graph().operators[static_cast<size_t>(op)].type),
                         timer.milliseconds[i]);
    }
    return steps;
  }

  // (operator, type, tensor, values) of everything computed, in the layers' own shapes.
  py::list layers(const Arrays& inputs) const {
    const Executable executable(graph_, kGenericKernels);
    const Model model = executable.model();
    for (uint32_t i = 0; i < model.input_count(); ++i) fill(model, i, bytes_of(inputs[i]));
    py::list list;
    executable.invoke([&](int op, int index, const void* data) {
      const compiler::Tensor& tensor = graph_.tensors[static_cast<size_t>(index)];
      py::array values = make_array(tensor.type, dims_of(tensor.shape));
      std::memcpy(values.mutable_data(), data, static_cast<size_t>(values.nbytes()));
      const auto& [scale, zero_point, axis] = tensor.quantization;
      list.append(py::make_tuple(
          op, operator_name(graph_.operators[static_cast<size_t>(op)].type),
          python::describe_tensor(tensor.name, tensor.type, dims_of(tensor.shape),
                                  scale.empty() ? 0 : scale[0],
                                  scale.empty() ? 0 : static_cast<int32_t>(zero_point[0])),
          values));
    });
    return list;
  }

  std::unique_ptr<PyModel> convert(const std::string& precision,
                                   const std::optional<std::vector<py::array_t<float>>>& samples,
                                   const std::string& ranges, const py::object& progress) const {
    std::vector<compiler::Sample> inputs;
    if (samples) inputs = split(*samples);
    const compiler::Progress report = progress_to(progress);
    const py::gil_scoped_release unlocked;
    return named(origin_, [&] {
      std::optional<compiler::Calibrated> calibrated;
      if (compiler::needs_calibration(precision))
        calibrated =
            compiler::calibrate_and_equalize(graph_, inputs, compiler::range_method_named(ranges),
                                             compiler::activations_of(precision), report);
      return std::make_unique<PyModel>(
          compiler::convert(graph_, precision, calibrated ? &*calibrated : nullptr), origin_);
    });
  }

  py::array_t<float> load_calibration(const std::string& data, float black, float white) const {
    const auto samples = compiler::load_calibration(data, graph_, {.black = black, .white = white});
    std::vector<int64_t> shape =
        dims_of(graph_.tensors[static_cast<size_t>(graph_.inputs[0])].shape);
    shape.insert(shape.begin(), static_cast<int64_t>(samples.size()));
    py::array_t<float> array(shape);
    float* to = array.mutable_data();
    for (const compiler::Sample& sample : samples) to = std::ranges::copy(sample[0], to).out;
    return array;
  }

  size_t count_correct(const py::array_t<float>& images, const py::array_t<uint8_t>& labels,
                       const py::object& progress) const {
    const auto count = static_cast<size_t>(images.shape(0));
    compiler::Dataset dataset{
        .rows = 1,
        .columns = static_cast<size_t>(images.size()) / std::max<size_t>(count, 1),
        .images = {},
        .labels = {labels.data(), labels.data() + labels.size()}};
    for (const compiler::Sample& sample : split({images})) dataset.images.push_back(sample[0]);
    const compiler::Progress report = progress_to(progress);
    const py::gil_scoped_release unlocked;
    return compiler::count_correct(runnable_.graph(), kGenericKernels, dataset, report);
  }

  py::bytes tflite() const {
    const auto bytes = compiler::export_tflite(graph_);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  void save(const std::filesystem::path& path) const {
    compiler::write_file(path, compiler::export_tflite(graph_));
  }

  // (name, constants' bytes, arena's bytes)
  std::tuple<std::string, uint32_t, uint32_t> compile(const std::filesystem::path& folder,
                                                      const std::string& name, bool is_for_host,
                                                      const std::string& kernels,
                                                      const std::string& prefer) const {
    const std::string identifier = name.empty() ? compiler::identifier_from(origin_) : name;
    const compiler::CppModel cpp = compiler::write_cpp(
        Executable(runnable_.graph(), compiler::kernels_named(kernels),
                   compiler::preference_named(prefer)),
        identifier, origin_, is_for_host ? compiler::Target{"host"} : compiler::kStm32f746, folder);
    return {identifier, cpp.constants_bytes, cpp.arena_bytes};
  }

 private:
  Executable graph_for_running() const {
    Graph graph = graph_;
    compiler::run_passes(graph);
    compiler::crop_unread(graph);
    return {std::move(graph), kGenericKernels};
  }

  static void fill(const Model& model, uint32_t input, std::span<const uint8_t> bytes) {
    std::memcpy(model.input(input), bytes.data(), model.input_info(input).bytes);
  }

  // One sample for each index of the arrays' first dimension.
  static std::vector<compiler::Sample> split(const std::vector<py::array_t<float>>& arrays) {
    std::vector<compiler::Sample> samples(static_cast<size_t>(arrays.at(0).shape(0)));
    for (const auto& array : arrays) {
      const float* from = array.data();
      const auto elements = array.size() / std::max<int64_t>(array.shape(0), 1);
      for (compiler::Sample& sample : samples) {
        sample.emplace_back(from, from + elements);
        from += elements;
      }
    }
    return samples;
  }

  Graph graph_;  // as it is exported
  std::string origin_;
  Executable runnable_;
  std::mutex running_;  // an executable runs in its own memory
};

// Images and labels.
std::pair<py::array_t<float>, py::array_t<uint8_t>> load_dataset(const std::string& spec,
                                                                 size_t limit) {
  const compiler::Dataset dataset = compiler::load_dataset(spec, limit);
  py::array_t<float> images({dataset.images.size(), dataset.rows, dataset.columns});
  float* to = images.mutable_data();
  for (const auto& image : dataset.images) to = std::ranges::copy(image, to).out;
  py::array_t<uint8_t> labels(dataset.labels.size());
  std::ranges::copy(dataset.labels, labels.mutable_data());
  return {images, labels};
}

py::tuple names(std::span<const char* const> list) {
  return {py::cast(std::vector<std::string>(list.begin(), list.end()))};
}

}  // namespace

void add_model(py::module_& module) {
  py::list preferences;
  for (const compiler::Prefer prefer : compiler::kPreferences)
    preferences.append(compiler::name_of(prefer));
  module.attr("PREFERENCES") = py::tuple(preferences);
  module.attr("PRECISIONS") = names(compiler::kPrecisions);
  module.attr("RANGES") = names(compiler::kRangeMethods);
  module.attr("KERNELS") = names(compiler::kKernelSets);
  module.def("needs_calibration", &compiler::needs_calibration);
  module.def("load_dataset", &load_dataset);
  py::class_<PyModel>(module, "Model")
      .def_static("load", &PyModel::load, Unlocked())
      .def_property_readonly("origin", &PyModel::origin)
      .def_property_readonly("inputs", &PyModel::inputs)
      .def_property_readonly("outputs", &PyModel::outputs)
      .def_property_readonly("arena_bytes", &PyModel::arena_bytes)
      .def_property_readonly("macs", &PyModel::macs)
      .def_property_readonly("parameters", &PyModel::parameters)
      .def("run", &PyModel::run)
      .def("profile", &PyModel::profile)
      .def("layers", &PyModel::layers)
      .def("convert", &PyModel::convert)
      .def("load_calibration", &PyModel::load_calibration)
      .def("count_correct", &PyModel::count_correct)
      .def("tflite", &PyModel::tflite)
      .def("save", &PyModel::save, Unlocked())
      .def("compile", &PyModel::compile, Unlocked());
}

}  // namespace solder::python
