#include "bindings/python/native/board.h"

#include <mutex>
#include <string_view>

#include "bindings/python/native/arrays.h"
#include "bindings/python/native/interrupt.h"
#include "client/board.h"

namespace solder::python {
namespace {

namespace py = pybind11;
using client::Bytes;

py::bytes to_python(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::span<const uint8_t> view_of(const py::bytes& bytes) {
  const auto text = static_cast<std::string_view>(bytes);
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

py::list describe_all(const std::vector<std::unique_ptr<messages::TensorT>>& tensors) {
  py::list list;
  for (const auto& tensor : tensors)
    list.append(describe_tensor(tensor->name, static_cast<TensorType>(tensor->type),
                                {tensor->shape.begin(), tensor->shape.end()}, tensor->scale,
                                tensor->zero_point));
  return list;
}

py::dict describe(const client::Info& info) {
  py::dict result;
  result["board"] = info.board;
  result["firmware"] = info.firmware;
  result["door"] = info.door;
  result["core_clock_hz"] = info.core_clock_hz;
  result["lost_bytes"] = info.lost_bytes;
  result["damaged_frames"] = info.damaged_frames;
  result["problem"] = info.problem;
  result["model"] = py::none();
  if (info.model) {
    py::dict model;
    model["name"] = info.model->name;
    model["inputs"] = describe_all(info.model->inputs);
    model["outputs"] = describe_all(info.model->outputs);
    model["arena_bytes"] = info.model->arena_bytes;
    model["steps"] = info.model->steps;
    result["model"] = model;
  }
  py::list slots;
  for (const auto& slot : info.slots)
    slots.append(py::make_tuple(messages::EnumNameSlotState(slot->state), slot->capacity,
                                slot->bytes, slot->crc32));
  result["slots"] = slots;
  return result;
}

class PyBoard {
  // One at a time, and without Python's lock, for the board takes its time.
  template <class Action>
  decltype(auto) locked(const Action& action) {
    const py::gil_scoped_release unlocked;
    const std::lock_guard guard(mutex_);
    return action(board_);
  }

 public:
  PyBoard(const std::string& port, uint32_t baud)
      : board_(client::open_port(port, baud), check_signals) {}

  py::dict info() {
    return describe(locked([](client::Board& board) { return board.info(); }));
  }
  py::dict last_info() {
    return describe(locked([](client::Board& board) { return board.last_info(); }));
  }

  // The raw outputs, cycles, milliseconds.
  py::tuple infer(const std::vector<py::bytes>& inputs) {
    std::vector<Bytes> raw;
    for (const py::bytes& input : inputs) {
      const auto bytes = view_of(input);
      raw.emplace_back(bytes.begin(), bytes.end());
    }
    const client::Inference result = locked([&](client::Board& board) { return board.infer(raw); });
    py::list outputs;
    for (const Bytes& output : result.outputs) outputs.append(to_python(output));
    return py::make_tuple(outputs, result.cycles, result.milliseconds);
  }

  // (operator, type, cycles) of every step.
  py::list profile() {
    py::list steps;
    for (const client::StepTime& step :
         locked([](client::Board& board) { return board.profile(); }))
      steps.append(py::make_tuple(step.operator_index, step.type, step.cycles));
    return steps;
  }

  py::bytes echo(const py::bytes& bytes) {
    const auto view = view_of(bytes);
    if (view.size() > protocol::kMaxData)
      throw std::runtime_error("echo takes at most " + std::to_string(protocol::kMaxData) +
                               " bytes at a time");
    return to_python(locked([&](client::Board& board) { return board.echo(view); }));
  }

  void upload(const py::bytes& model, const py::object& progress) {
    const auto view = view_of(model);
    locked([&](client::Board& board) {
      board.upload(view, [&](size_t done) {
        const py::gil_scoped_acquire lock;
        if (!progress.is_none()) progress(done, view.size());
      });
    });
  }

  void reset() {
    locked([](client::Board& board) { board.reset(); });
  }

  uint32_t retries() const { return board_.retries(); }
  uint32_t damaged_frames() const { return board_.damaged_frames(); }

 private:
  client::Board board_;
  std::mutex mutex_;
};

}  // namespace

void add_board(py::module_& module) {
  module.attr("DEFAULT_BAUD") = client::kDefaultBaud;
  py::class_<PyBoard>(module, "Board")
      .def(py::init<const std::string&, uint32_t>(), py::call_guard<py::gil_scoped_release>())
      .def("info", &PyBoard::info)
      .def("last_info", &PyBoard::last_info)
      .def("last_info", &PyBoard::last_info)
      .def("infer", &PyBoard::infer)
      .def("profile", &PyBoard::profile)
      .def("echo", &PyBoard::echo)
      .def("upload", &PyBoard::upload)
      .def("reset", &PyBoard::reset)
      .def_property_readonly("retries", &PyBoard::retries)
      .def_property_readonly("damaged_frames", &PyBoard::damaged_frames);
}

}  // namespace solder::python
