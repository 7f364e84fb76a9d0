// GATHER: picks slices of the input, along one dimension, by indices that may be computed. Input
// [outer, axis_size, slice], indices [count], output [outer, count, slice]. Embedding is this with
// a constant table as input.
#pragma once

#include <cstdint>

namespace solder {

struct GatherParams {
  int32_t outer, axis_size, count, slice_bytes;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("outer", outer), v("axis_size", axis_size), v("count", count), v("slice_bytes", slice_bytes);
  }
};

}  // namespace solder
