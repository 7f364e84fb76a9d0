#include <algorithm>
#include <array>

#include "compiler/ir/padding.h"
#include "compiler/passes/passes.h"

namespace solder::compiler {
namespace {

// Rows are dimension 1 of an activation of rank 4, columns dimension 2.
constexpr int kRows = 1, kColumns = 2;

bool is_image(const Tensor& tensor) { return tensor.shape.rank == 4; }

// A window along one dimension.
struct Window {
  int64_t size, stride;
  bool is_same;

  Padded over(int64_t input) const {
    return is_same ? same_padding(input, size, stride)
                   : explicit_padding(input, size, stride, 0, 0);
  }
};

class Cropper {
 public:
  explicit Cropper(Graph& graph) : graph_(graph), needed_(graph.tensors.size()) {
    for (const Operator& op : graph.operators) windowed_.push_back(is_windowed(op));
  }

  bool run() {
    for (const int input : graph_.inputs) need_all(input);
    for (const int output : graph_.outputs) need_all(output);
    do {
      changed_ = false;
      for (size_t i = graph_.operators.size(); i-- > 0;) follow(graph_.operators[i], windowed_[i]);
    } while (changed_);
    return crop();
  }

 private:
  void need(int tensor, int dimension, int64_t count) {
    int32_t& needed = needed_[tensor][dimension];
    if (needed >= count) return;
    needed = static_cast<int32_t>(count);
    changed_ = true;
  }
  void need_all(int tensor) {
    if (tensor < 0 || !is_image(graph_.tensors[tensor])) return;
    for (const int d : {kRows, kColumns}) need(tensor, d, graph_.tensors[tensor].shape.dims[d]);
  }

  bool is_windowed(const Operator& op) const {
    const bool has_filter =
        op.type == OperatorType::CONV_2D || op.type == OperatorType::DEPTHWISE_CONV_2D;
    const bool is_pool =
        op.type == OperatorType::AVERAGE_POOL_2D || op.type == OperatorType::MAX_POOL_2D;
    const Options& o = op.options;
    if ((!has_filter && !is_pool) || op.outputs.size() != 1 || o.cropped) return false;
    for (const int32_t value :
         {o.stride_h, o.stride_w, o.dilation_h, o.dilation_w, o.filter_h, o.filter_w})
      if (value < 1) return false;
    const Tensor& input = graph_.tensors[op.inputs[0]];
    const Tensor& output = graph_.tensors[op.outputs[0]];
    if (!is_image(input) || !is_image(output)) return false;
    if (has_filter && (op.input(1) < 0 || !is_image(graph_.tensors[op.inputs[1]]))) return false;
    for (const int d : {kRows, kColumns})
      if (window_of(op, d).over(input.shape.dims[d]).outputs != output.shape.dims[d]) return false;
    return true;
  }

  Window window_of(const Operator& op, int dimension) const {
    const Options& o = op.options;
    const bool is_row = dimension == kRows;
    const bool is_pool =
        op.type == OperatorType::AVERAGE_POOL_2D || op.type == OperatorType::MAX_POOL_2D;
    const int64_t taps = is_pool ? (is_row ? o.filter_h : o.filter_w)
                                 : graph_.tensors[op.inputs[1]].shape.dims[dimension];
    const int64_t dilation = is_pool ? 1 : is_row ? o.dilation_h : o.dilation_w;
    return {.size = window_size(taps, dilation),
            .stride = is_row ? o.stride_h : o.stride_w,
            .is_same = o.padding == Padding::SAME};
  }

  // Whether every pixel of the output is made of the same pixel of all inputs that have many.
  bool is_pixelwise(const Operator& op) const {
    if (op.outputs.size() != 1 || !is_image(graph_.tensors[op.outputs[0]])) return false;
    switch (op.type) {
      case OperatorType::CONCATENATION:
        if (op.options.axis != 3 && op.options.axis != -1) return false;
        break;
      case OperatorType::ABS:
      case OperatorType::ADD:
      case OperatorType::DEQUANTIZE:
      case OperatorType::DIV:
      case OperatorType::ELU:
      case OperatorType::EXP:
      case OperatorType::GELU:
      case OperatorType::HARD_SWISH:
      case OperatorType::LEAKY_RELU:
      case OperatorType::LOG:
      case OperatorType::LOGISTIC:
      case OperatorType::MAXIMUM:
      case OperatorType::MINIMUM:
      case OperatorType::MUL:
      case OperatorType::NEG:
      case OperatorType::PRELU:
      case OperatorType::QUANTIZE:
      case OperatorType::RELU:
      case OperatorType::RELU6:
      case OperatorType::RELU_N1_TO_1:
      case OperatorType::RSQRT:
      case OperatorType::SOFTMAX:
      case OperatorType::SQRT:
      case OperatorType::SQUARE:
      case OperatorType::SQUARED_DIFFERENCE:
      case OperatorType::SUB:
      case OperatorType::TANH:
        break;
      default:
        return false;
    }
    const Shape& output = graph_.tensors[op.outputs[0]].shape;
    for (const int input : op.inputs) {
      if (input < 0) return false;
      const Tensor& tensor = graph_.tensors[input];
      for (const int d : {kRows, kColumns}) {
        const int32_t size = tensor.shape.dim_of(4, d);
        if (tensor.is_constant() ? size != 1 : !is_image(tensor) || size != output.dims[d])
          return false;
      }
    }
    return true;
  }

  // From what is needed of the output to what that needs of the inputs.
  void follow(const Operator& op, bool is_windowed) {
    if (is_windowed) {
      for (const int d : {kRows, kColumns}) need_window(op, d);
    } else if (is_pixelwise(op)) {
      for (const int d : {kRows, kColumns}) {
        int32_t needed = needed_[op.outputs[0]][d];
        for (const int input : op.inputs)
          if (!graph_.is_constant(input)) needed = std::max(needed, needed_[input][d]);
        need(op.outputs[0], d, needed);
        for (const int input : op.inputs)
          if (!graph_.is_constant(input)) need(input, d, needed);
      }
    } else {
      for (const int input : op.inputs) need_all(input);
      for (const int output : op.outputs) need_all(output);
    }
  }

  void need_window(const Operator& op, int dimension) {
    const int input = op.inputs[0];
    const int64_t size = graph_.tensors[input].shape.dims[dimension];
    const Window window = window_of(op, dimension);
    const int64_t before = window.over(size).before;
    const int64_t outputs = std::max(1, needed_[op.outputs[0]][dimension]);
    const int64_t end = (outputs - 1) * window.stride + window.size - before;
    need(input, dimension, std::clamp<int64_t>(end, 1, size));
    // SAME centres its padding by the size of the input.
    if (window.over(needed_[input][dimension]).before != before) need(input, dimension, size);
  }

  bool crop() {
    bool changed = false;
    for (size_t t = 0; t < graph_.tensors.size(); ++t) {
      Tensor& tensor = graph_.tensors[t];
      if (!is_image(tensor) || tensor.is_constant()) continue;
      for (const int d : {kRows, kColumns}) {
        const int32_t needed = needed_[t][d];
        if (needed < 1 || needed == tensor.shape.dims[d]) continue;
        tensor.shape.dims[d] = needed;
        changed = true;
      }
    }
    if (!changed) return false;
    for (size_t i = 0; i < graph_.operators.size(); ++i) {
      if (!windowed_[i]) continue;
      Operator& op = graph_.operators[i];
      for (const int d : {kRows, kColumns})
        if (window_of(op, d).over(graph_.tensors[op.inputs[0]].shape.dims[d]).outputs !=
            graph_.tensors[op.outputs[0]].shape.dims[d])
          op.options.cropped = true;
    }
    return true;
  }

  Graph& graph_;
  std::vector<bool> windowed_;                  // operators whose windows are followed
  std::vector<std::array<int32_t, 3>> needed_;  // of each tensor, by dimension
  bool changed_ = false;
};

}  // namespace

bool crop_unread(Graph& graph) { return Cropper(graph).run(); }

}  // namespace solder::compiler
