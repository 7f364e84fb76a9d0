// Firmware with the habits of the article's: per-byte UART interrupts, a message ends by silence on
// the line, printf by polling, and a whole inference with interrupts masked, timed by DWT.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "simulator/test/foreign/hal.h"

// Left by the test before the first instruction.
extern "C" {
__attribute__((section(".noinit"))) volatile uint32_t wanted_clock;
__attribute__((section(".noinit"))) volatile uint32_t inference_rounds;
}

extern "C" void error_handler(int what) {
  std::printf("error %d\n", what);
  for (;;) {
  }
}

namespace {

// Needs its constructor to have run, and the heap.
class Model {
 public:
  explicit Model(float seed) : weights_(new float[kSize]) {
    for (int i = 0; i < kSize; ++i) weights_[i] = static_cast<float>(i % 8) - seed;
  }
  float layer(int n) const {
    float sum = 0;
    for (uint32_t round = 0; round < inference_rounds; ++round) {
      for (int i = 0; i < kSize; ++i) sum += weights_[i] * weights_[(i * (n + 1)) % kSize];
    }
    return sum;
  }

 private:
  static constexpr int kSize = 784;
  std::unique_ptr<float[]> weights_;
};

Model model(0.5f);
constexpr const char* kLayers[] = {"DEPTHWISE_CONV_2D", "MAX_POOL_2D", "FULLY_CONNECTED"};

uint32_t fpscr() {
  uint32_t value;
  __asm volatile("vmrs %0, fpscr" : "=r"(value));
  return value;
}

void print_model() {
  std::printf("Model input: dims->size: 4, data: %d\n", 28 * 28);
  std::printf("flush to zero: %lu\n", fpscr() >> 24 & 1);
}

void run_inference() {
  float out[3];
  uint32_t cycles[3];
  __asm volatile("cpsid i");
  for (int i = 0; i < 3; ++i) {
    const uint32_t start = DWT_CYCCNT;
    out[i] = model.layer(i);
    cycles[i] = DWT_CYCCNT - start;
  }
  __asm volatile("cpsie i");
  double total = 0;
  for (int i = 0; i < 3; ++i) {
    const float ms =
        1000.0f * static_cast<float>(cycles[i]) / static_cast<float>(system_core_clock);
    total += ms;
    std::printf("%s: %.3f msec\n", kLayers[i], static_cast<double>(ms));
  }
  std::printf("Total time: %.3f msec\n", total);
  for (int i = 0; i < 3; ++i) std::printf("Out[%d]: %f\n", i, static_cast<double>(out[i]));
}

void handle_console() {
  int command = 0;
  console.bytes[console.count < RECEIVE_BYTES ? console.count : RECEIVE_BYTES - 1] = 0;
  const char* text = reinterpret_cast<const char*>(console.bytes);
  if (std::sscanf(text, "CMD=%d", &command) != 1) {
    std::printf("unknown: %s\n", text);
  } else if (command == 1) {
    print_model();
  } else if (command == 2) {
    run_inference();
  } else if (command == 3) {
    std::printf("ticks %lu, TIM6 %lu, TIM2 %lu\n", get_tick(), timer_interrupts, TIM2->CNT);
    std::printf("random %d\n", random_word() != random_word());
  }
  console.count = 0;
}

// The reply: length and sum of what has come, unaligned on purpose.
void handle_link() {
  uint8_t reply[7] = {0xA5};
  const uint16_t length = static_cast<uint16_t>(link.count);
  uint32_t sum = 0;
  for (uint32_t i = 0; i < link.count; ++i) sum += link.bytes[i];
  std::memcpy(reply + 1, &length, sizeof length);
  std::memcpy(reply + 3, &sum, sizeof sum);
  serial_send(&link, reply, sizeof reply);
  link.count = 0;
}

}  // namespace

int main() {
  enable_caches();
  configure_clock(static_cast<clock_choice_t>(wanted_clock));
  start_cycle_counter();
  serial_open(&console, USART6, pclk2(), 115200);
  serial_open(&link, UART7, pclk1(), 115200);
  start_timers();
  std::printf("System clock: %lu\n", system_core_clock);
  for (;;) {
    if (serial_ready(&console)) handle_console();
    if (serial_ready(&link)) handle_link();
    IWDG->KR = 0xAAAA;
  }
}
