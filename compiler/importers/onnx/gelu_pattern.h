// GELU as exporters write it before ONNX had an operator for it: x * (1 + erf(x / sqrt(2))) / 2,
// its three factors multiplied in any order.
#pragma once

#include <onnx/onnx_pb.h>

#include <map>
#include <set>

namespace solder::compiler {

struct GeluPatterns {
  std::map<int, onnx::NodeProto> gelus;  // by the index of the node that each stands for
  std::set<int> covered;                 // indices of the nodes between
};

GeluPatterns find_gelus(const onnx::GraphProto& graph);

}  // namespace solder::compiler
