// A slot is a header and a .tflite. The header is written last, so a slot is valid as a whole or
// not at all; of valid slots the one with the highest generation is the model. Uploads go to the
// other one: at every moment there is one to start with.
#include "firmware/app/slots.h"

#include <cstring>
#include <optional>

#include "firmware/app/app.h"
#include "firmware/app/door.h"
#include "firmware/hal/flash.h"
#include "protocol/crc32.h"
#include "runtime/base/arena.h"
#include "runtime/interpreter/interpreter.h"

namespace firmware {
namespace {

using solder::messages::ErrorCode;
using solder::protocol::crc32;
using solder::protocol::Failure;
namespace messages = solder::messages;

// As app/slot.S lays out the model that comes with the image.
struct SlotHeader {
  uint32_t magic;
  uint32_t generation;  // of the model that comes with the image: 0
  uint32_t bytes;
  uint32_t model_crc32;
  uint32_t header_crc32;  // of the four words before; written last
  uint32_t reserved[3];
};
static_assert(sizeof(SlotHeader) == 32);
constexpr uint32_t kCheckedHeaderBytes = 16;
constexpr uint32_t kMagic = 0x544F4C53;  // "SLOT"

alignas(solder::kArenaAlignment) uint8_t arena[SOLDER_ARENA_BYTES];

SlotHeader header_of(uint32_t index) {
  SlotHeader header;
  std::memcpy(&header, flash_area(index).data(), sizeof header);
  return header;
}

std::span<const uint8_t> checked_part(const SlotHeader& header) {
  return {reinterpret_cast<const uint8_t*>(&header), kCheckedHeaderBytes};
}

uint32_t capacity(uint32_t index) {
  return static_cast<uint32_t>(flash_area(index).size() - sizeof(SlotHeader));
}

std::span<const uint8_t> model_in(uint32_t index, uint32_t bytes) {
  return flash_area(index).subspan(sizeof(SlotHeader), bytes);
}

// The image's own model was checked when it was flashed, and no assembler computes a CRC.
bool is_of_image(const SlotHeader& header) {
  return header.generation == 0 && header.model_crc32 == UINT32_MAX &&
         header.header_crc32 == UINT32_MAX;
}

// What is in the slots, as it was when last looked: checksums take milliseconds.
struct Content {
  bool is_valid = false;
  uint32_t generation = 0, bytes = 0, crc32 = 0;
};
constinit Content contents[kFlashAreas];

void look(uint32_t index) {
  const SlotHeader header = header_of(index);
  Content& content = contents[index];
  content.is_valid = false;
  if (header.magic != kMagic || header.bytes > capacity(index)) return;
  content = {.generation = header.generation,
             .bytes = header.bytes,
             .crc32 = crc32(model_in(index, header.bytes))};
  content.is_valid = is_of_image(header) || (crc32(checked_part(header)) == header.header_crc32 &&
                                             content.crc32 == header.model_crc32);
}

// -1 without any.
int newest_slot() {
  int newest = -1;
  for (int i = 0; i < static_cast<int>(kFlashAreas); ++i) {
    look(static_cast<uint32_t>(i));
    if (contents[i].is_valid &&
        (newest < 0 || contents[i].generation > contents[newest].generation))
      newest = i;
  }
  return newest;
}

solder::Error load(uint32_t index, uint32_t bytes, solder::Model& model) {
  return solder::load_tflite(model_in(index, bytes).data(), bytes, solder::kGenericKernels, arena,
                             sizeof arena, model);
}

int active = -1;

struct Upload {
  uint32_t slot, bytes, crc32;
  uint32_t written = 0;
};
constinit std::optional<Upload> upload;

Failure fail(ErrorCode code, const char* message, int64_t detail = 0) {
  return {code, {.message = message, .detail = detail}};
}

Failure flash_failed(uint32_t offset) {
  upload.reset();
  return fail(messages::ErrorCode_FLASH_FAILED, "flash does not hold what was written at offset",
              offset);
}

}  // namespace

const char* const kDoorName = "interpreter";

solder::Error open_model(solder::Model& model) {
  active = newest_slot();
  if (active < 0) return {.message = "no slot holds a model; upload one"};
  return load(static_cast<uint32_t>(active), contents[active].bytes, model);
}

uint32_t slot_count() { return kFlashAreas; }

solder::protocol::SlotInfo slot(uint32_t index) {
  const Content& content = contents[index];
  if (!content.is_valid) return {messages::SlotState_EMPTY, capacity(index), 0, 0};
  const bool is_active = static_cast<int>(index) == active;
  return {is_active ? messages::SlotState_ACTIVE : messages::SlotState_VALID, capacity(index),
          content.bytes, content.crc32};
}

Failure begin_upload(uint32_t bytes, uint32_t crc) {
  upload.reset();
  const uint32_t target = active == 0 ? 1 : 0;
  if (bytes > capacity(target))
    return fail(messages::ErrorCode_TOO_LARGE,
                "the slot for it takes fewer bytes:", capacity(target));
  // A cut while erasing leaves anything: no header shall survive it.
  const uint32_t zeros[sizeof(SlotHeader) / sizeof(uint32_t)] = {};
  const std::span no_header(reinterpret_cast<const uint8_t*>(zeros), sizeof zeros);
  contents[target].is_valid = false;
  if (!program_flash(target, 0, no_header) || !erase_flash(target)) return flash_failed(0);
  upload = {.slot = target, .bytes = bytes, .crc32 = crc};
  return {};
}

Failure write_upload(uint32_t offset, std::span<const uint8_t> data) {
  if (!upload || offset != upload->written)
    return fail(messages::ErrorCode_BAD_RANGE, "an upload goes on elsewhere, at offset",
                upload ? upload->written : 0);
  if (data.size() > upload->bytes - offset)
    return fail(messages::ErrorCode_BAD_RANGE,
                "the upload was begun with fewer bytes:", upload->bytes);
  const bool is_last = offset + data.size() == upload->bytes;
  if (data.size() % sizeof(uint32_t) != 0 && !is_last)
    return fail(messages::ErrorCode_BAD_RANGE, "parts but the last have a multiple of 4 bytes, not",
                static_cast<int64_t>(data.size()));
  const size_t whole = data.size() / sizeof(uint32_t) * sizeof(uint32_t);
  uint32_t last_word = UINT32_MAX;
  if (whole < data.size()) std::memcpy(&last_word, data.data() + whole, data.size() - whole);
  const auto at = static_cast<uint32_t>(sizeof(SlotHeader) + offset);
  if (!program_flash(upload->slot, at, data.first(whole))) return flash_failed(offset);
  if (whole < data.size() &&
      !program_flash(upload->slot, at + static_cast<uint32_t>(whole),
                     {reinterpret_cast<const uint8_t*>(&last_word), sizeof last_word}))
    return flash_failed(offset);
  upload->written += static_cast<uint32_t>(data.size());
  return {};
}

Failure commit_upload() {
  if (!upload || upload->written != upload->bytes)
    return fail(messages::ErrorCode_BAD_RANGE,
                "the upload is not complete; bytes so far:", upload ? upload->written : 0);
  const Upload done = *upload;
  upload.reset();
  if (crc32(model_in(done.slot, done.bytes)) != done.crc32)
    return fail(messages::ErrorCode_WRONG_CHECKSUM,
                "what arrived has another CRC-32 than was announced:", done.crc32);
  solder::Model model;
  if (const solder::Error error = load(done.slot, done.bytes, model)) {
    load_model();  // the arena was overwritten
    return {messages::ErrorCode_REFUSED_MODEL, error};
  }
  const uint32_t generation = active < 0 ? 1 : contents[active].generation + 1;
  SlotHeader header = {.magic = kMagic,
                       .generation = generation,
                       .bytes = done.bytes,
                       .model_crc32 = done.crc32,
                       .header_crc32 = 0,
                       .reserved = {UINT32_MAX, UINT32_MAX, UINT32_MAX}};
  header.header_crc32 = crc32(checked_part(header));
  const std::span whole(reinterpret_cast<const uint8_t*>(&header), sizeof header);
  const bool is_written = program_flash(done.slot, 0, whole);
  load_model();
  return is_written ? Failure() : flash_failed(0);
}

}  // namespace firmware
