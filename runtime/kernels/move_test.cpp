// Operators that move elements and compute nothing, of every width: where each element of the
// output comes from is worked out here from its index.
#include "runtime/kernels/move.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "runtime/kernels/testing.h"
#include "runtime/kernels/testing_operator.h"

namespace solder {
namespace {

using testing::counting;
using ::testing::HasSubstr;
using testing::OperatorCase;
using testing::Random;
using Index = std::vector<int32_t>;
using Ints = std::vector<int32_t>;

Shape shape_of(const Ints& dims) {
  Shape shape = {.rank = static_cast<int32_t>(dims.size())};
  std::copy(dims.begin(), dims.end(), shape.dims);
  return shape;
}

Ints random_dims(Random& random, int32_t rank, int32_t largest = 4) {
  Ints dims;
  for (int32_t i = 0; i < rank; ++i) dims.push_back(random.integer(1, largest));
  return dims;
}

int32_t offset_of(const Index& index, const Ints& dims) {
  int32_t offset = 0;
  for (size_t i = 0; i < dims.size(); ++i) offset = offset * dims[i] + index[i];
  return offset;
}

// Element by element: the value of `source` at what `from` makes of the output's index.
template <class T>
std::vector<T> rearranged(const std::vector<T>& source, const Ints& source_dims,
                          const Ints& output_dims, const std::function<Index(Index)>& from) {
  std::vector<T> result;
  Index index(output_dims.size());
  const int64_t count = shape_of(output_dims).elements();
  for (int64_t n = 0; n < count; ++n) {
    result.push_back(source.at(static_cast<size_t>(offset_of(from(index), source_dims))));
    for (size_t d = index.size(); d-- > 0;) {
      if (++index[d] < output_dims[d]) break;
      index[d] = 0;
    }
  }
  return result;
}

template <class T>
class Move : public ::testing::Test {};
using Widths = ::testing::Types<int8_t, int16_t, int32_t, float>;
TYPED_TEST_SUITE(Move, Widths);

TYPED_TEST(Move, Slice) {
  using T = TypeParam;
  Random random(1);
  for (int n = 0; n < 60; ++n) {
    const Ints dims = random_dims(random, random.integer(1, 5));
    Ints begin, size, sizes;
    for (const int32_t dim : dims) {
      begin.push_back(random.integer(0, dim - 1));
      sizes.push_back(random.integer(1, dim - begin.back()));
      size.push_back(sizes.back() == dim - begin.back() && n % 2 == 0 ? -1 : sizes.back());
    }
    const auto values = counting<T>(shape_of(dims).elements());
    OperatorCase op(OperatorType::SLICE);
    op.input(shape_of(dims), values).integers(begin).integers(size);
    op.output(testing::type_of<T>(), shape_of(sizes));
    ASSERT_EQ(op.run(), "");
    ASSERT_EQ(op.template result<T>(), rearranged(values, dims, sizes, [&](Index at) {
                for (size_t d = 0; d < at.size(); ++d) at[d] += begin[d];
                return at;
              }));
  }
}

TYPED_TEST(Move, StridedSlice) {
  using T = TypeParam;
  Random random(2);
  for (int n = 0; n < 100; ++n) {
    const Ints dims = random_dims(random, random.integer(1, 5), 5);
    OperatorCase op(OperatorType::STRIDED_SLICE);
    Ints begin, end, strides, starts, sizes, kept;
    for (size_t d = 0; d < dims.size(); ++d) {
      const int32_t dim = dims[d], bit = 1 << d;
      int32_t first = random.integer(0, dim - 1), stride = random.integer(1, 3);
      if (random.integer(0, 1) == 0) stride = -stride;
      const int32_t room = stride > 0 ? dim - first : first + 1;
      const int32_t magnitude = std::abs(stride);
      const int32_t most = (room + magnitude - 1) / magnitude;
      int32_t count = random.integer(1, most), last = first + count * stride;
      if (random.integer(0, 3) == 0) {
        op.options.shrink_axis_mask |= bit;
        count = 1;
      } else if (count == most && random.integer(0, 1) == 0) {
        op.options.end_mask |= bit;
        last = random.integer(-9, 9);
      } else if (last < 0) {
        last = -dim - 1;  // before the first
      }
      begin.push_back(random.integer(0, 1) == 0 ? first : first - dim);
      if ((op.options.shrink_axis_mask & bit) == 0 && first == (stride > 0 ? 0 : dim - 1) &&
          random.integer(0, 1) == 0) {
        op.options.begin_mask |= bit;
        begin.back() = random.integer(-9, 9);
      }
      end.push_back(last);
      strides.push_back(stride);
      starts.push_back(first);
      sizes.push_back(count);
      if ((op.options.shrink_axis_mask & bit) == 0) kept.push_back(count);
    }
    const auto values = counting<T>(shape_of(dims).elements());
    op.input(shape_of(dims), values).integers(begin).integers(end).integers(strides);
    op.output(testing::type_of<T>(), shape_of(kept));
    ASSERT_EQ(op.run(), "") << n;
    ASSERT_EQ(op.template result<T>(), rearranged(values, dims, sizes, [&](Index at) {
                for (size_t d = 0; d < at.size(); ++d) at[d] = starts[d] + at[d] * strides[d];
                return at;
              }));
  }
}

TYPED_TEST(Move, JoinAndSplit) {
  using T = TypeParam;
  Random random(3);
  for (int n = 0; n < 60; ++n) {
    Ints dims = random_dims(random, random.integer(1, 5));
    const int32_t rank = static_cast<int32_t>(dims.size()), axis = random.integer(0, rank - 1);
    const size_t at = static_cast<size_t>(axis);
    Ints sizes(static_cast<size_t>(random.integer(1, 4)));
    const bool is_equal = n % 2 == 0;
    dims[at] = 0;
    for (int32_t& size : sizes) dims[at] += size = is_equal ? 2 : random.integer(1, 3);
    const auto whole = counting<T>(shape_of(dims).elements());
    const TensorType element = testing::type_of<T>();

    OperatorCase join(OperatorType::CONCATENATION), split(OperatorType::SPLIT_V);
    join.options.axis = n % 3 == 0 ? axis - rank : axis;
    split.input(shape_of(dims), whole).integers(sizes).integers({axis});
    OperatorCase even(OperatorType::SPLIT);
    even.integers({axis - rank}).input(shape_of(dims), whole);
    std::vector<std::vector<T>> parts;
    for (int32_t start = 0; const int32_t size : sizes) {
      Ints part = dims;
      part[at] = size;
      parts.push_back(rearranged(whole, dims, part, [&](Index index) {
        index[at] += start;
        return index;
      }));
      start += size;
      join.input(shape_of(part), parts.back());
      split.output(element, shape_of(part));
      even.output(element, shape_of(part));
    }
    join.output(element, shape_of(dims));
    ASSERT_EQ(join.run(), "");
    ASSERT_EQ(join.template result<T>(), whole);
    ASSERT_EQ(split.run(), "");
    if (is_equal) {
      ASSERT_EQ(even.run(), "");
    }
    for (size_t i = 0; i < parts.size(); ++i) {
      ASSERT_EQ(split.template result<T>(i), parts[i]);
      if (is_equal) {
        ASSERT_EQ(even.template result<T>(i), parts[i]);
      }
    }
  }
}

TYPED_TEST(Move, PackAndUnpack) {
  using T = TypeParam;
  Random random(4);
  for (int n = 0; n < 40; ++n) {
    const Ints dims = random_dims(random, random.integer(1, 5));
    const int32_t rank = static_cast<int32_t>(dims.size()), axis = random.integer(0, rank - 1);
    const size_t at = static_cast<size_t>(axis);
    const auto whole = counting<T>(shape_of(dims).elements());
    Ints part = dims;
    part.erase(part.begin() + axis);
    OperatorCase pack(OperatorType::PACK), unpack(OperatorType::UNPACK);
    pack.options.axis = axis;
    unpack.options.axis = axis - rank;
    unpack.input(shape_of(dims), whole);
    std::vector<std::vector<T>> parts;
    for (int32_t i = 0; i < dims[at]; ++i) {
      parts.push_back(rearranged(whole, dims, part, [&](Index index) {
        index.insert(index.begin() + axis, i);
        return index;
      }));
      pack.input(shape_of(part), parts.back());
      unpack.output(testing::type_of<T>(), shape_of(part));
    }
    pack.output(testing::type_of<T>(), shape_of(dims));
    ASSERT_EQ(pack.run(), "");
    ASSERT_EQ(pack.template result<T>(), whole);
    ASSERT_EQ(unpack.run(), "");
    for (size_t i = 0; i < parts.size(); ++i) ASSERT_EQ(unpack.template result<T>(i), parts[i]);
  }
}

TYPED_TEST(Move, GatherClampsIndices) {
  using T = TypeParam;
  Random random(5);
  for (int n = 0; n < 40; ++n) {
    const Ints dims = random_dims(random, random.integer(1, 3));
    const int32_t rank = static_cast<int32_t>(dims.size()), axis = random.integer(0, rank - 1);
    const size_t at = static_cast<size_t>(axis);
    const Ints index_dims = random_dims(random, random.integer(0, 2));
    Ints indices(static_cast<size_t>(shape_of(index_dims).elements()));
    for (int32_t& index : indices) {
      index = random.integer(0, dims[at] - 1);
      if (random.integer(0, 7) == 0) index = random.one_of({-1, dims[at], INT32_MIN, INT32_MAX});
    }
    Ints output = dims;
    output.erase(output.begin() + axis);
    output.insert(output.begin() + axis, index_dims.begin(), index_dims.end());
    const auto values = counting<T>(shape_of(dims).elements());
    OperatorCase op(OperatorType::GATHER);
    op.options.axis = axis;
    op.input(shape_of(dims), values).input(shape_of(index_dims), indices);
    op.output(testing::type_of<T>(), shape_of(output));
    ASSERT_EQ(op.run(), "");
    ASSERT_EQ(op.template result<T>(), rearranged(values, dims, output, [&](Index where) {
                const Index chosen(where.begin() + axis,
                                   where.begin() + axis + static_cast<int>(index_dims.size()));
                const int32_t index = indices[static_cast<size_t>(offset_of(chosen, index_dims))];
                where.erase(where.begin() + axis,
                            where.begin() + axis + static_cast<int>(index_dims.size()));
                where.insert(where.begin() + axis, std::clamp(index, 0, dims[at] - 1));
                return where;
              }));
  }
}

TYPED_TEST(Move, MirrorPad) {
  using T = TypeParam;
  Random random(6);
  for (int n = 0; n < 60; ++n) {
    const Ints dims = random_dims(random, random.integer(1, 5), 3);
    const int32_t edge = n % 2;
    Ints paddings, output;
    for (const int32_t dim : dims) {
      paddings.push_back(random.integer(0, dim - edge));
      paddings.push_back(random.integer(0, dim - edge));
      output.push_back(dim + paddings.end()[-2] + paddings.end()[-1]);
    }
    const auto values = counting<T>(shape_of(dims).elements());
    OperatorCase op(OperatorType::MIRROR_PAD);
    op.options.mirror_mode = edge == 1 ? MirrorPadMode::REFLECT : MirrorPadMode::SYMMETRIC;
    op.input(shape_of(dims), values).integers(paddings);
    op.output(testing::type_of<T>(), shape_of(output));
    ASSERT_EQ(op.run(), "");
    ASSERT_EQ(op.template result<T>(), rearranged(values, dims, output, [&](Index at) {
                for (size_t d = 0; d < at.size(); ++d) {
                  at[d] -= paddings[2 * d];
                  if (at[d] < 0) at[d] = -at[d] - 1 + edge;
                  if (at[d] >= dims[d]) at[d] = 2 * dims[d] - 1 - edge - at[d];
                }
                return at;
              }));
  }
}

TYPED_TEST(Move, PadWithAValue) {
  using T = TypeParam;
  OperatorCase op(OperatorType::PADV2);
  op.input(Shape{2, {1, 2}}, std::vector<T>{1, 2}).integers({1, 0, 0, 2});
  op.constant(Shape{}, std::vector<T>{-7}).output(testing::type_of<T>(), {2, {2, 4}});
  ASSERT_EQ(op.run(), "");
  EXPECT_EQ(op.template result<T>(), (std::vector<T>{-7, -7, -7, -7, 1, 2, -7, -7}));
}

TYPED_TEST(Move, SpaceToDepthAndBack) {
  using T = TypeParam;
  Random random(7);
  for (int n = 0; n < 20; ++n) {
    const int32_t size = random.integer(1, 3), depth = random.integer(1, 3);
    const Ints deep = {random.integer(1, 2), random.integer(1, 3), random.integer(1, 3),
                       depth * size * size};
    const Ints image = {deep[0], deep[1] * size, deep[2] * size, depth};
    const auto values = counting<T>(shape_of(image).elements());
    const auto expected = rearranged(values, image, deep, [&](const Index& at) {
      const int32_t block = at[3] / depth;
      return Index{at[0], at[1] * size + block / size, at[2] * size + block % size, at[3] % depth};
    });
    OperatorCase op(OperatorType::SPACE_TO_DEPTH), back(OperatorType::DEPTH_TO_SPACE);
    op.options.block_size = back.options.block_size = size;
    op.input(shape_of(image), values).output(testing::type_of<T>(), shape_of(deep));
    back.input(shape_of(deep), expected).output(testing::type_of<T>(), shape_of(image));
    ASSERT_EQ(op.run(), "");
    ASSERT_EQ(op.template result<T>(), expected);
    ASSERT_EQ(back.run(), "");
    ASSERT_EQ(back.template result<T>(), values);
  }
}

TEST(StridedSlice, NewAxesAndEllipsis) {
  // x[newaxis, 1, ..., ::-1]
  OperatorCase op(OperatorType::STRIDED_SLICE);
  op.options.new_axis_mask = 1;
  op.options.shrink_axis_mask = 2;
  op.options.ellipsis_mask = 4;
  op.options.begin_mask = op.options.end_mask = 8;
  op.input(Shape{4, {2, 1, 2, 3}}, counting<int8_t>(12)).integers({0, 1, 0, 0});
  op.integers({0, 0, 0, 0}).integers({1, 1, 1, -1}).output(TensorType::INT8, {4, {1, 1, 2, 3}});
  ASSERT_EQ(op.run(), "");
  EXPECT_EQ(op.result<int8_t>(), (std::vector<int8_t>{9, 8, 7, 12, 11, 10}));
}

// One case of each operator, and what is wrong with it.
TEST(MoveErrors, AreSaid) {
  const Shape square = {2, {2, 2}}, four = {1, {4}};
  const auto values = counting<int8_t>(4);
  const auto slice = [&](Ints begin, Ints size, Shape output) {
    OperatorCase op(OperatorType::SLICE);
    return op.input(square, values)
        .integers(begin)
        .integers(size)
        .output(TensorType::INT8, output)
        .run();
  };
  EXPECT_THAT(slice({0}, {1}, {1, {1}}), HasSubstr("one per dimension"));
  EXPECT_THAT(slice({0, 2}, {1, 1}, {2, {1, 1}}), HasSubstr("begins outside"));
  EXPECT_THAT(slice({-1, 0}, {1, 1}, {2, {1, 1}}), HasSubstr("begins outside"));
  EXPECT_THAT(slice({1, 0}, {2, 1}, {2, {2, 1}}), HasSubstr("does not hold"));
  EXPECT_THAT(slice({1, 0}, {INT32_MAX, 1}, {2, {2, 1}}), HasSubstr("does not hold"));
  EXPECT_THAT(slice({1, 0}, {0, 1}, {2, {1, 1}}), HasSubstr("does not hold"));
  EXPECT_THAT(slice({0, 0}, {1, 1}, {2, {1, 2}}), HasSubstr("output shape"));

  const auto strided = [&](Ints begin, Ints end, Ints strides, Shape output, Options options = {}) {
    OperatorCase op(OperatorType::STRIDED_SLICE);
    op.options = options;
    return op.input(square, values)
        .integers(begin)
        .integers(end)
        .integers(strides)
        .output(TensorType::INT8, output)
        .run();
  };
  EXPECT_THAT(strided({0}, {1}, {0}, {2, {1, 2}}), HasSubstr("stride of 0"));
  EXPECT_THAT(strided({0, 0, 0}, {1, 1, 1}, {1, 1, 1}, square), HasSubstr("more ranges"));
  EXPECT_THAT(strided({1}, {0}, {1}, square), HasSubstr("output shape"));
  EXPECT_THAT(strided({0}, {2}, {1, 1}, square), HasSubstr("of one length"));
  EXPECT_THAT(strided(Ints(11), Ints(11), Ints(11), square), HasSubstr("of one length"));
  EXPECT_EQ(strided({INT32_MIN}, {INT32_MAX}, {INT32_MAX}, {2, {1, 2}}), "");
  EXPECT_EQ(strided({INT32_MAX}, {INT32_MIN}, {INT32_MIN}, {2, {1, 2}}), "");
  EXPECT_THAT(strided({2}, {3}, {1}, {1, {2}}, {.shrink_axis_mask = 1}),
              HasSubstr("index outside"));
  EXPECT_THAT(strided({0, 0}, {0, 0}, {1, 1}, square, {.ellipsis_mask = 3}),
              HasSubstr("more than one ellipsis"));
  EXPECT_THAT(strided(Ints(8), Ints(8), Ints(8), square, {.new_axis_mask = 255}),
              HasSubstr("output shape"));

  const auto joined = [&](OperatorType type, int32_t axis, Shape second, Shape output) {
    OperatorCase op(type);
    op.options.axis = axis;
    return op.input(four, values)
        .input(second, counting<int8_t>(second.elements()))
        .output(TensorType::INT8, output)
        .run();
  };
  EXPECT_THAT(joined(OperatorType::PACK, 2, four, {2, {2, 4}}), HasSubstr("axis out of range"));
  EXPECT_THAT(joined(OperatorType::PACK, 0, square, {2, {2, 4}}), HasSubstr("does not fit"));
  EXPECT_THAT(joined(OperatorType::PACK, 0, four, {2, {3, 4}}), HasSubstr("do not fill"));
  EXPECT_THAT(joined(OperatorType::PACK, 0, four, {2, {1, 4}}), HasSubstr("more than the whole"));
  EXPECT_THAT(joined(OperatorType::CONCATENATION, -2, four, {1, {8}}), HasSubstr("axis"));

  const auto split = [&](int32_t axis, Ints sizes, Ints outputs) {
    OperatorCase op(OperatorType::SPLIT_V);
    op.input(four, values).integers(sizes).integers({axis});
    for (const int32_t size : outputs) op.output(TensorType::INT8, {1, {size}});
    return op.run();
  };
  EXPECT_EQ(split(0, {1, -1}, {1, 3}), "");
  EXPECT_THAT(split(1, {1, 3}, {1, 3}), HasSubstr("axis"));
  EXPECT_THAT(split(0, {1, 2}, {1, 2}), HasSubstr("do not fill"));
  EXPECT_THAT(split(0, {2, 3}, {2, 3}), HasSubstr("more than the whole"));
  EXPECT_THAT(split(0, {2, 2}, {1, 3}), HasSubstr("size listed"));
  EXPECT_THAT(split(0, {4}, {1, 3}), HasSubstr("one per output"));

  OperatorCase gather(OperatorType::GATHER);
  gather.input(four, values).integers({1, 2}).output(TensorType::INT8, {1, {2}});
  EXPECT_EQ(gather.run(), "");
  gather.options.batch_dims = 1;
  EXPECT_THAT(gather.run(), HasSubstr("batch_dims"));
  OperatorCase float_indices(OperatorType::GATHER);
  float_indices.input(four, values).input(Shape{1, {1}}, std::vector<float>{1});
  EXPECT_THAT(float_indices.output(TensorType::INT8, {1, {1}}).run(), HasSubstr("INT32 indices"));

  OperatorCase mirror(OperatorType::MIRROR_PAD);
  mirror.input(four, values).integers({0, 4}).output(TensorType::INT8, {1, {8}});
  EXPECT_THAT(mirror.run(), HasSubstr("more than there is"));
  OperatorCase depth(OperatorType::SPACE_TO_DEPTH);
  depth.input(Shape{4, {1, 2, 2, 1}}, values).output(TensorType::INT8, {4, {1, 1, 1, 4}});
  for (const int32_t size : {-1, 0, 1, 3, INT32_MAX}) {
    depth.options.block_size = size;
    EXPECT_NE(depth.run(), "");
  }
  OperatorCase scales(OperatorType::SLICE);
  scales.input(four, values).quantized(1, 0).integers({0}).integers({4});
  EXPECT_THAT(scales.output(TensorType::INT8, four).quantized(1, 1).run(),
              HasSubstr("same scale and zero point"));
  OperatorCase types(OperatorType::SLICE);
  types.input(four, values).integers({0}).integers({4}).output(TensorType::FLOAT32, four);
  EXPECT_THAT(types.run(), HasSubstr("one type"));
}

}  // namespace
}  // namespace solder
