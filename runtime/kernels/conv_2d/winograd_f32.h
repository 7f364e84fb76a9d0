// Winograd's minimal filtering for 3x3 filters of stride 1 (Lavin and Gray, "Fast Algorithms for
// Convolutional Neural Networks", 2015): a tile of kOutputs x kOutputs outputs comes from a tile of
// kInputs x kInputs inputs, transformed along both axes, with one product for each of its elements
// and input channels. One axis: outputs = A (G filter * B inputs), element by element.
//
// The rows of B are the coefficients of the polynomials that are 0 at all points but one, those of
// A the powers of the points, G divides: from the points everything follows. They are chosen for
// small errors: points beside their inverses, of either sign.
#pragma once

#include <cstdint>

namespace solder {

// A product that is not fused with the sum it goes to: in the three cycles after a VFMA a Cortex-M7
// issues no VADD, so what is mostly sums takes less time with VMUL.
inline float product(float factor, float value) {
#if defined(__has_builtin) && __has_builtin(__builtin_assoc_barrier)
  return __builtin_assoc_barrier(factor * value);
#else
  return factor * value;
#endif
}

template <int kOutputs>
struct Winograd;

template <>
struct Winograd<2> {
  static constexpr double kPoints[] = {0, 1, -1};

  static void transform_input(const float (&d)[4], float (&v)[4]) {
    v[0] = d[2] - d[0];
    v[1] = d[2] + d[1];
    v[2] = d[2] - d[1];
    v[3] = d[3] - d[1];
  }
  static void transform_output(const float (&m)[4], float (&y)[2]) {
    y[0] = m[0] + m[1] + m[2];
    y[1] = m[1] - m[2] + m[3];
  }
};

template <>
struct Winograd<4> {
  static constexpr double kPoints[] = {0, 1, -1, 2, -0.5};

  static void transform_input(const float (&d)[6], float (&v)[6]) {
    // Times x^2 - 1, and (x - 2)(x + 1/2).
    const float e0 = d[2] - d[0], e1 = d[3] - d[1], e2 = d[4] - d[2], e3 = d[5] - d[3];
    const float q0 = e0 - product(1.5F, d[1]), q1 = e1 - product(1.5F, d[2]);
    const float q2 = e2 - product(1.5F, d[3]), q3 = e3 - product(1.5F, d[4]);
    v[0] = q2 - q0;
    v[1] = q2 + q1;
    v[2] = q2 - q1;
    v[3] = e2 + product(0.5F, e1);
    v[4] = e2 - product(2, e1);
    v[5] = q3 - q1;
  }
  static void transform_output(const float (&m)[6], float (&y)[4]) {
    const float sum = m[1] + m[2], difference = m[1] - m[2];
    y[0] = m[0] + sum + m[3] + m[4];
    y[1] = difference + 2 * m[3] - 0.5F * m[4];
    y[2] = sum + 4 * m[3] + 0.25F * m[4];
    y[3] = difference + 8 * m[3] - 0.125F * m[4] + m[5];
  }
};

template <>
struct Winograd<5> {
  static constexpr double kPoints[] = {0, 1, 0.5, 2, -0.75, -4.0 / 3};

  static void transform_input(const float (&d)[7], float (&v)[7]) {
    constexpr float kP = -5.0F / 2, kQ = 25.0F / 12;
    // Times (x - 2)(x - 1/2), (x + 3/4)(x + 4/3), and both.
    const float s0 = d[2] + d[0], s1 = d[3] + d[1], s2 = d[4] + d[2], s3 = d[5] + d[3];
    const float s4 = d[6] + d[4];
    const float p0 = s0 + product(kP, d[1]), p1 = s1 + product(kP, d[2]);
    const float p2 = s2 + product(kP, d[3]), p3 = s3 + product(kP, d[4]);
    const float p4 = s4 + product(kP, d[5]);
    const float q1 = s1 + product(kQ, d[2]), q2 = s2 + product(kQ, d[3]);
    const float q3 = s3 + product(kQ, d[4]);
    const float pq0 = p2 + p0 + product(kQ, p1), pq1 = p3 + p1 + product(kQ, p2);
    const float pq2 = p4 + p2 + product(kQ, p3);
    // Times x - 1.
    const float p12 = p2 - p1, p23 = p3 - p2, q12 = q2 - q1, q23 = q3 - q2;
    v[0] = pq1 - pq0;
    v[1] = pq1;
    v[2] = q23 - product(2, q12);
    v[3] = q23 - product(0.5F, q12);
    v[4] = p23 + product(4.0F / 3, p12);
    v[5] = p23 + product(0.75F, p12);
    v[6] = pq2 - pq1;
  }
  static void transform_output(const float (&m)[7], float (&y)[5]) {
    y[0] = m[0] + m[1] + m[2] + m[3] + m[4] + m[5];
    y[1] = m[1] + 0.5F * m[2] + 2 * m[3] - 0.75F * m[4] - 4.0F / 3 * m[5];
    y[2] = m[1] + 0.25F * m[2] + 4 * m[3] + 0.5625F * m[4] + 16.0F / 9 * m[5];
    y[3] = m[1] + 0.125F * m[2] + 8 * m[3] - 0.421875F * m[4] - 64.0F / 27 * m[5];
    y[4] = m[1] + 0.0625F * m[2] + 16 * m[3] + 0.31640625F * m[4] + 256.0F / 81 * m[5] + m[6];
  }
};

}  // namespace solder
