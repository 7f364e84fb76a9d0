// Places in flash for a model that comes over the line, as protocol::Service has them. One of two
// files: slots.cpp, or slots_none.cpp for images without.
#pragma once

#include <cstdint>
#include <span>

#include "protocol/service.h"

namespace firmware {

uint32_t slot_count();
solder::protocol::SlotInfo slot(uint32_t index);
solder::protocol::Failure begin_upload(uint32_t bytes, uint32_t crc32);
solder::protocol::Failure write_upload(uint32_t offset, std::span<const uint8_t> data);
// Loads the new model; when the loader refuses it, the model before stays.
solder::protocol::Failure commit_upload();

}  // namespace firmware
