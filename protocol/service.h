// What a board can do for a computer, as the server asks for it. The firmware and the stand-in on a
// computer implement it; the server has checked nothing but that messages are well formed.
#pragma once

#include <cstdint>
#include <span>

#include "runtime/base/error.h"
#include "runtime/base/tensor.h"
#include "schema/messages_generated.h"

namespace solder::protocol {

struct Failure {
  messages::ErrorCode code = messages::ErrorCode_NONE;
  Error error = {};

  explicit operator bool() const { return code != messages::ErrorCode_NONE; }
};

// A tensor and its memory.
struct Port {
  const char* name;
  TensorType type;
  Shape shape;
  float scale;  // 0: not quantized
  int32_t zero_point;
  std::span<uint8_t> data;
};

struct BoardInfo {
  const char* board;
  const char* firmware;
  const char* door;
  uint32_t core_clock_hz;
  uint32_t lost_bytes;
};

struct ModelInfo {
  const char* name = nullptr;     // null: there is no model
  const char* problem = nullptr;  // why there is none
  uint32_t arena_bytes = 0;
  uint32_t steps = 0;
};

struct StepTime {
  const char* type;
  uint32_t operator_index;
  uint32_t cycles;
};

struct SlotInfo {
  messages::SlotState state;
  uint32_t capacity, bytes, crc32;
};

class Service {
 public:
  virtual BoardInfo board() = 0;
  virtual ModelInfo model() = 0;
  // Counts are 0 without a model.
  virtual uint32_t input_count() = 0;
  virtual uint32_t output_count() = 0;
  virtual Port input(uint32_t index) = 0;
  virtual Port output(uint32_t index) = 0;

  // One inference of the inputs as they are. Returns its cycles.
  virtual uint32_t invoke() = 0;
  // Of the last inference.
  virtual StepTime step_time(uint32_t step) = 0;

  virtual uint32_t slot_count() = 0;
  virtual SlotInfo slot(uint32_t index) = 0;
  virtual Failure begin_upload(uint32_t bytes, uint32_t crc32) = 0;
  virtual Failure write_upload(uint32_t offset, std::span<const uint8_t> data) = 0;
  virtual Failure commit_upload() = 0;

  // Takes effect after the reply has left.
  virtual void reset() = 0;

 protected:
  ~Service() = default;
};

}  // namespace solder::protocol
