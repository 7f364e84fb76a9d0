// The article's network on the article's memory layout: tensors one after the other in an arena at
// the start of RAM, all weights in one piece of flash. Leaves each operator's cycles in `cycles`.
#include <cstdint>

#include "simulator/timing/test/article/kernels.h"

namespace {

using article::Shape;
using article::Window;

volatile std::uint32_t& reg(std::uint32_t address) {
  return *reinterpret_cast<volatile std::uint32_t*>(address);
}

// As SimpleTensorAllocator places them: the input, its own table, then by index in the model.
constexpr std::uint32_t kAlignment = 16;
constexpr std::uint32_t aligned(std::uint32_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}
constexpr std::uint32_t kTensorTable = 19 * 64;
constexpr std::uint32_t kInput = 0;
constexpr std::uint32_t kConv1 = aligned(kInput + 28 * 28 * 4) + aligned(kTensorTable);
constexpr std::uint32_t kConv2 = kConv1 + aligned(26 * 26 * 32 * 4);
constexpr std::uint32_t kConv3 = kConv2 + aligned(11 * 11 * 64 * 4);
constexpr std::uint32_t kDense1 = kConv3 + aligned(3 * 3 * 64 * 4);
constexpr std::uint32_t kDense2 = kDense1 + aligned(64 * 4);
constexpr std::uint32_t kSoftmax = kDense2 + aligned(10 * 4);
constexpr std::uint32_t kPool1 = kSoftmax + aligned(10 * 4);
constexpr std::uint32_t kPool2 = kPool1 + aligned(13 * 13 * 32 * 4);
constexpr std::uint32_t kArena = kPool2 + aligned(5 * 5 * 64 * 4);
alignas(kAlignment) std::uint8_t arena[kArena];

float* tensor(std::uint32_t offset) { return reinterpret_cast<float*>(arena + offset); }

}  // namespace

extern "C" {
extern const std::uint8_t model[];  // weights at the offsets that they have in the .tflite
volatile std::uint32_t cycles[8];
// In MHz what HCLK becomes: 216, or 288 when the host has changed it in flash.
extern const volatile std::uint32_t pll_multiplier;
const volatile std::uint32_t pll_multiplier = 216;
}

namespace {

const float* weights(std::uint32_t offset) {
  return reinterpret_cast<const float*>(model + offset);
}

void set_up_clock() {
  const std::uint32_t n = pll_multiplier;
  reg(0x40023840) |= 1u << 28;                // RCC_APB1ENR.PWREN
  reg(0x40023804) = 8 | n << 6 | 0x24000000;  // HSI / 8 * n / 2
  reg(0x40023800) |= 1u << 24;
  while (!(reg(0x40023800) & 1u << 25)) {
  }
  reg(0x40007000) |= 1u << 16;  // over-drive
  while (!(reg(0x40007004) & 1u << 16)) {
  }
  reg(0x40007000) |= 1u << 17;
  while (!(reg(0x40007004) & 1u << 17)) {
  }
  reg(0x40023C00) = 7;                                                    // ART and prefetch off
  reg(0x40023808) = n > 216 ? 6u << 10 | 5u << 13 : 5u << 10 | 4u << 13;  // APB1, APB2
  reg(0x40023808) |= 2;
  while ((reg(0x40023808) & 0xC) != 8) {
  }
}

void enable_caches() {
  reg(0xE000EF50) = 0;  // ICIALLU
  for (std::uint32_t way = 0; way < 4; ++way) {
    for (std::uint32_t set = 0; set < 32; ++set) reg(0xE000EF60) = way << 30 | set << 5;  // DCISW
  }
  __asm volatile("dsb" ::: "memory");
  reg(0xE000ED14) |= 3u << 16;  // CCR.IC, DC
  __asm volatile("dsb\n isb" ::: "memory");
}

void start_cycle_counter() {
  reg(0xE000EDFC) |= 1u << 24;
  reg(0xE0001FB0) = 0xC5ACCE55;
  reg(0xE0001000) |= 1;
}

// A ring of grey on black, like a zero drawn with a thick pen.
void draw_input() {
  float* pixel = tensor(kInput);
  for (int y = -14; y < 14; ++y) {
    for (int x = -14; x < 14; ++x) {
      const int distance = 2 * x * x + y * y;
      *pixel++ =
          distance > 60 && distance < 140 ? 1.0f - 0.005f * static_cast<float>(distance) : 0.0f;
    }
  }
}

template <typename Operator>
void measure(int index, Operator&& run) {
  const std::uint32_t start = reg(0xE0001004);
  run();
  cycles[index] = reg(0xE0001004) - start;
}

void infer() {
  // Bounds that the compiler does not know, as they come from the model.
  static volatile float lowest = 0.0f, no_bound = 3.4e38f;
  const Window relu{{0, 0}, {1, 1}, 0, 0, lowest, no_bound};
  const Window pool{{0, 0}, {2, 2}, 2, 2, -no_bound, no_bound};
  const Window linear{{0, 0}, {1, 1}, 0, 0, -no_bound, no_bound};
  const Shape input(1, 28, 28, 1), conv1(1, 26, 26, 32), pool1(1, 13, 13, 32);
  const Shape conv2(1, 11, 11, 64), pool2(1, 5, 5, 64), conv3(1, 3, 3, 64);
  measure(0, [&] {
    article::depthwise_conv(relu, input, tensor(kInput), Shape(1, 3, 3, 32), weights(77056),
                            weights(78220), conv1, tensor(kConv1));
  });
  measure(1, [&] { article::max_pool(pool, conv1, tensor(kConv1), pool1, tensor(kPool1)); });
  measure(2, [&] {
    article::conv(relu, pool1, tensor(kPool1), Shape(64, 3, 3, 32), weights(176), weights(78360),
                  conv2, tensor(kConv2));
  });
  measure(3, [&] { article::max_pool(pool, conv2, tensor(kConv2), pool2, tensor(kPool2)); });
  measure(4, [&] {
    article::conv(relu, pool2, tensor(kPool2), Shape(64, 3, 3, 64), weights(78628), weights(76776),
                  conv3, tensor(kConv3));
  });
  measure(5, [&] {
    article::fully_connected(relu, 576, tensor(kConv3), 64, weights(226096), weights(76492),
                             tensor(kDense1));
  });
  measure(6, [&] {
    article::fully_connected(linear, 64, tensor(kDense1), 10, weights(73916), weights(373564),
                             tensor(kDense2));
  });
  measure(7, [&] { article::softmax(10, tensor(kDense2), tensor(kSoftmax)); });
}

}  // namespace

extern "C" {
extern std::uint32_t data_start, data_end, data_load, bss_start, bss_end, stack_top;

__attribute__((noreturn)) void start() {
  std::uint32_t* from = &data_load;
  for (std::uint32_t* to = &data_start; to < &data_end;) *to++ = *from++;
  for (std::uint32_t* to = &bss_start; to < &bss_end;) *to++ = 0;
  reg(0xE000ED88) |= 0xFu << 20;  // CPACR: the FPU
  __asm volatile("dsb\n isb" ::: "memory");
  __asm volatile("vmsr fpscr, %0" ::"r"(1u << 24));  // FZ, as -ffast-math start-up sets it
  set_up_clock();
  enable_caches();
  start_cycle_counter();
  draw_input();
  __asm volatile("cpsid i" ::: "memory");
  infer();
  __asm volatile("bkpt 0" ::: "memory");
  for (;;) {
  }
}

__attribute__((section(".vectors"), used)) void* const vectors[2] = {
    &stack_top, reinterpret_cast<void*>(start)};
}
