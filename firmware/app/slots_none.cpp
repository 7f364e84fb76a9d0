#include "firmware/app/slots.h"

namespace firmware {
namespace {

constexpr solder::protocol::Failure kNone = {
    solder::messages::ErrorCode_NO_SLOTS,
    {.message = "this firmware takes no models; flash mnist-interpreter on the STM32F746G-DISCO"}};

}  // namespace

uint32_t slot_count() { return 0; }
solder::protocol::SlotInfo slot(uint32_t) { return {}; }
solder::protocol::Failure begin_upload(uint32_t, uint32_t) { return kNone; }
solder::protocol::Failure write_upload(uint32_t, std::span<const uint8_t>) { return kNone; }
solder::protocol::Failure commit_upload() { return kNone; }

}  // namespace firmware
