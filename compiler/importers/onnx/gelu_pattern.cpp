#include "compiler/importers/onnx/gelu_pattern.h"

#include <cmath>
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/importers/onnx/tensor_proto.h"

namespace solder::compiler {
namespace {

class Finder {
 public:
  explicit Finder(const onnx::GraphProto& graph) : graph_(graph) {
    for (int i = 0; i < graph.node_size(); ++i) {
      for (const std::string& output : graph.node(i).output()) producers_[output] = i;
      for (const std::string& input : graph.node(i).input()) users_[input].push_back(i);
    }
    // No pattern goes beyond an output of the graph.
    for (const auto& output : graph.output()) users_[output.name()].push_back(-1);
    for (const auto& initializer : graph.initializer())
      constants_[initializer.name()] = &initializer;
    for (const onnx::NodeProto& node : graph.node())
      if (node.op_type() == "Constant" && node.output_size() == 1)
        for (const auto& attribute : node.attribute())
          if (attribute.name() == "value") constants_[node.output(0)] = &attribute.t();
  }

  GeluPatterns find() {
    GeluPatterns patterns;
    for (int i = 0; i < graph_.node_size(); ++i)
      if (graph_.node(i).op_type() == "Erf") match(i, patterns);
    return patterns;
  }

 private:
  bool is_number(const std::string& name, float number) const {
    const auto found = constants_.find(name);
    if (found == constants_.end()) return false;
    const onnx::TensorProto& tensor = *found->second;
    if (tensor.data_type() != onnx::TensorProto::FLOAT) return false;
    for (const int64_t dim : tensor.dims())
      if (dim != 1) return false;
    const std::vector<float> values = read_tensor(tensor, name).floats;
    return values.size() == 1 && std::abs(values[0] - number) < 1e-4F * number;
  }

  // A node of this type with two inputs, one of which is `number`: the other; else empty. The
  // divisor of a Div comes second.
  std::string other_than(const onnx::NodeProto& node, const char* op_type, float number) const {
    if (node.op_type() != op_type || node.input_size() != 2) return "";
    if (is_number(node.input(1), number)) return node.input(0);
    if (node.op_type() != "Div" && is_number(node.input(0), number)) return node.input(1);
    return "";
  }

  std::string times(const onnx::NodeProto& node, float factor) const {
    const std::string multiplied = other_than(node, "Mul", factor);
    return multiplied.empty() ? other_than(node, "Div", 1 / factor) : multiplied;
  }

  const onnx::NodeProto* producer(const std::string& name) const {
    const auto found = producers_.find(name);
    return found == producers_.end() ? nullptr : &graph_.node(found->second);
  }

  // The only node that reads the output of `node`; -1 when there is another use.
  int sole_user(int node) const {
    if (graph_.node(node).output_size() != 1) return -1;
    const auto found = users_.find(graph_.node(node).output(0));
    return found == users_.end() || found->second.size() != 1 ? -1 : found->second[0];
  }

  void match(int erf, GeluPatterns& patterns) const {
    const onnx::NodeProto& node = graph_.node(erf);
    if (node.input_size() != 1) return;
    const onnx::NodeProto* scaling = producer(node.input(0));
    const std::string x = scaling == nullptr ? "" : times(*scaling, std::sqrt(0.5F));
    const int sum = sole_user(erf);
    if (x.empty() || sum < 0 || other_than(graph_.node(sum), "Add", 1) != node.output(0)) return;

    std::set<int> covered = {erf};
    bool has_x = false, has_half = false;
    int last = sum;
    while (!has_x || !has_half) {
      covered.insert(last);
      const int next = sole_user(last);
      if (next < 0) return;
      const std::string& so_far = graph_.node(last).output(0);
      const onnx::NodeProto& product = graph_.node(next);
      if (!has_half && times(product, 0.5F) == so_far) {
        has_half = true;
      } else if (!has_x && product.op_type() == "Mul" && product.input_size() == 2) {
        const std::string& other = product.input(product.input(0) == so_far ? 1 : 0);
        const onnx::NodeProto* half = producer(other);
        has_x = true;
        if (!has_half && half != nullptr && times(*half, 0.5F) == x)
          has_half = true;
        else if (other != x)
          return;
      } else {
        return;
      }
      last = next;
    }
    if (graph_.node(last).output_size() != 1) return;
    onnx::NodeProto gelu;
    gelu.set_name(node.name());
    gelu.set_op_type("Gelu");
    gelu.add_input(x);
    gelu.add_output(graph_.node(last).output(0));
    patterns.gelus[last] = gelu;
    patterns.covered.merge(covered);
  }

  const onnx::GraphProto& graph_;
  std::unordered_map<std::string, int> producers_;
  std::unordered_map<std::string, std::vector<int>> users_;
  std::unordered_map<std::string, const onnx::TensorProto*> constants_;
};

}  // namespace

GeluPatterns find_gelus(const onnx::GraphProto& graph) { return Finder(graph).find(); }

}  // namespace solder::compiler
