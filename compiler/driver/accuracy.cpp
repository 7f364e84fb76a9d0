#include "compiler/driver/accuracy.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <thread>

#include "compiler/data/values.h"

namespace solder::compiler {
namespace {

bool is_correct(const Model& model, const std::vector<float>& image, uint8_t label) {
  store_real_values(image, model.input_info(0), model.input(0));
  model.invoke();
  return argmax(real_values(model.output(0), model.output_info(0))) == label;
}

void check_fits(const Model& model, const Dataset& dataset) {
  const TensorInfo& input = model.input_info(0);
  if (model.input_count() != 1 || model.output_count() != 1)
    throw std::runtime_error("accuracy is measured of models with one input and one output");
  if (input.shape.elements() != static_cast<int64_t>(dataset.rows * dataset.columns))
    throw std::runtime_error(fmt::format("the model's input is {}, but the images are {}x{}",
                                         describe(input), dataset.rows, dataset.columns));
}

}  // namespace

// Every thread prepares the model for itself: a model runs in its own memory.
size_t count_correct(const Graph& graph, const KernelSet& kernels, const Dataset& dataset,
                     const Progress& progress) {
  const size_t total = dataset.images.size();
  std::atomic<size_t> next = 0, correct = 0, running;
  const auto work = [&](const Executable& executable) {
    const Model model = executable.model();
    for (size_t i = next++; i < total; i = next++)
      if (is_correct(model, dataset.images[i], dataset.labels[i])) ++correct;
    --running;
  };
  std::vector<std::unique_ptr<Executable>> executables;
  std::vector<std::jthread> threads;
  const unsigned count = std::max(1U, std::thread::hardware_concurrency());
  running = count;
  for (unsigned i = 0; i < count; ++i) {
    executables.push_back(std::make_unique<Executable>(graph, kernels));
    if (i == 0) check_fits(executables[0]->model(), dataset);
  }
  for (const auto& executable : executables)
    threads.emplace_back([&work, &executable] { work(*executable); });
  try {
    while (running > 0) {
      if (progress) progress(std::min(next.load(), total), total);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  } catch (...) {
    next = total;  // the threads end
    throw;
  }
  return correct;
}

}  // namespace solder::compiler
