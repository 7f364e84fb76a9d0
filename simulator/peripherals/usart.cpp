#include "simulator/peripherals/usart.h"

#include <algorithm>

namespace simulator {
namespace {

enum Register : std::uint32_t {
  kCr1 = 0x00,
  kCr2 = 0x04,
  kCr3 = 0x08,
  kBrr = 0x0C,
  kGtpr = 0x10,
  kRtor = 0x14,
  kRqr = 0x18,
  kIsr = 0x1C,
  kIcr = 0x20,
  kRdr = 0x24,
  kTdr = 0x28,
};

// CR1
constexpr std::uint32_t kUe = 1u << 0, kRe = 1u << 2, kTe = 1u << 3, kIdleIe = 1u << 4,
                        kRxneIe = 1u << 5, kTcIe = 1u << 6, kTxeIe = 1u << 7, kPce = 1u << 10,
                        kM0 = 1u << 12, kOver8 = 1u << 15, kM1 = 1u << 28;
// CR3
constexpr std::uint32_t kEie = 1u << 0, kOvrDis = 1u << 12;
// ISR; ICR has ORE, IDLE and TC at the same places
constexpr std::uint32_t kOre = 1u << 3, kIdle = 1u << 4, kRxne = 1u << 5, kTc = 1u << 6,
                        kTxe = 1u << 7, kBusy = 1u << 16, kTeAck = 1u << 21, kReAck = 1u << 22;
// RQR
constexpr std::uint32_t kRxFrq = 1u << 3, kTxFrq = 1u << 4;

}  // namespace

Usart::Usart(std::string name, Clock& clock, Connections connections)
    : name_(std::move(name)),
      clock_(clock),
      connections_(std::move(connections)),
      sent_(clock, [this](Cycle due) { frame_sent(due); }),
      line_(clock, [this](Cycle due) { line_event(due); }) {
  reset();
}

void Usart::reset() {
  sent_.disarm();
  line_.disarm();
  line_state_ = Line::kQuiet;
  cr1_ = cr2_ = cr3_ = brr_ = gtpr_ = rtor_ = 0;
  flags_ = kTxe | kTc;
  rdr_ = tdr_ = shift_ = 0;
  announced_transmit_ = announced_receive_ = false;
  update_interrupt();
}

bool Usart::receiver_enabled() const { return (cr1_ & kUe) && (cr1_ & kRe) && divider() != 0; }

bool Usart::transmitter_enabled() const { return (cr1_ & kUe) && (cr1_ & kTe) && divider() != 0; }

// Kernel clock cycles per bit times 1 (OVER8 = 0) or 2 (OVER8 = 1), RM0385 31.5.4.
std::uint32_t Usart::divider() const {
  return cr1_ & kOver8 ? (brr_ & 0xFFF0) | (brr_ & 7) << 1 : brr_ & 0xFFFF;
}

double Usart::baud() const {
  if (divider() == 0) return 0;
  return static_cast<double>(connections_.kernel_hz()) * (cr1_ & kOver8 ? 2 : 1) / divider();
}

// Start bit, 7 to 9 data bits (parity among them), and the stop bits in halves.
Cycle Usart::frame_cycles() const {
  constexpr unsigned kStopHalves[] = {2, 1, 4, 3};
  const unsigned data = cr1_ & kM1 ? 7 : cr1_ & kM0 ? 9 : 8;
  const unsigned halves = 2 * (1 + data) + kStopHalves[cr2_ >> 12 & 3];
  const std::uint64_t kernel_halves = std::uint64_t{halves} * divider();
  const std::uint64_t per = std::uint64_t{connections_.kernel_hz()} * (cr1_ & kOver8 ? 4 : 2);
  return std::max<Cycle>(1, kernel_halves * clock_.hz() / per);
}

std::uint8_t Usart::data_mask() const {
  const unsigned data = (cr1_ & kM1 ? 7 : cr1_ & kM0 ? 9 : 8) - (cr1_ & kPce ? 1 : 0);
  return static_cast<std::uint8_t>(data >= 8 ? 0xFF : (1u << data) - 1);
}

std::uint32_t Usart::isr() const {
  return flags_ | (line_state_ == Line::kByte ? kBusy : 0) |
         ((cr1_ & (kUe | kTe)) == (kUe | kTe) ? kTeAck : 0) |
         ((cr1_ & (kUe | kRe)) == (kUe | kRe) ? kReAck : 0);
}

void Usart::update_interrupt() {
  const bool high = ((cr1_ & kTxeIe) && (flags_ & kTxe)) || ((cr1_ & kTcIe) && (flags_ & kTc)) ||
                    ((cr1_ & kRxneIe) && (flags_ & (kRxne | kOre))) ||
                    ((cr1_ & kIdleIe) && (flags_ & kIdle)) || ((cr3_ & kEie) && (flags_ & kOre));
  connections_.interrupt(high);
}

void Usart::control_changed() {
  if (!transmitter_enabled()) {
    sent_.disarm();
    flags_ |= kTxe | kTc;
    announced_transmit_ = false;
  }
  if (!receiver_enabled()) {
    line_.disarm();
    line_state_ = Line::kQuiet;
    announced_receive_ = false;
  } else if (line_state_ == Line::kQuiet) {
    feed({});
  }
}

void Usart::feed(std::string_view bytes) {
  incoming_.insert(incoming_.end(), bytes.begin(), bytes.end());
  if (incoming_.empty() || line_state_ == Line::kByte || !receiver_enabled()) return;
  line_state_ = Line::kByte;
  line_.arm(clock_.now() + frame_cycles());
}

// The end of a received frame, or of the silent frame after it.
void Usart::line_event(Cycle now) {
  if (line_state_ == Line::kGap) {
    line_state_ = Line::kQuiet;
    flags_ |= kIdle;
    update_interrupt();
    return;
  }
  const std::uint8_t byte = incoming_.front();
  incoming_.pop_front();
  line_state_ = incoming_.empty() ? Line::kGap : Line::kByte;
  line_.arm(now + frame_cycles());
  receive(byte);
}

void Usart::receive(std::uint8_t byte) {
  if (!announced_receive_ && first_) first_(false);
  announced_receive_ = true;
  if (flags_ & kRxne) {
    ++overruns_;
    if (!(cr3_ & kOvrDis)) {
      flags_ |= kOre;  // the new byte is lost, RDR keeps the old one
      update_interrupt();
      return;
    }
  }
  rdr_ = byte & data_mask();
  flags_ |= kRxne;
  update_interrupt();
}

void Usart::start_frame(Cycle now) {
  if (!announced_transmit_ && first_) first_(true);
  announced_transmit_ = true;
  shift_ = tdr_ & data_mask();
  flags_ |= kTxe;
  sent_.arm(now + frame_cycles());
}

void Usart::frame_sent(Cycle now) {
  const std::uint8_t byte = shift_;
  if (flags_ & kTxe) {
    flags_ |= kTc;
  } else {
    start_frame(now);
  }
  update_interrupt();
  if (transmit_) transmit_(byte);
}

std::uint32_t Usart::read(std::uint32_t offset) {
  switch (offset) {
    case kCr1:
      return cr1_;
    case kCr2:
      return cr2_;
    case kCr3:
      return cr3_;
    case kBrr:
      return brr_;
    case kGtpr:
      return gtpr_;
    case kRtor:
      return rtor_;
    case kIsr:
      return isr();
    case kRdr:
      flags_ &= ~kRxne;
      update_interrupt();
      return rdr_;
    case kTdr:
      return tdr_;
    default:
      return 0;
  }
}

void Usart::write(std::uint32_t offset, std::uint32_t value) {
  switch (offset) {
    case kCr1:
      cr1_ = value;
      control_changed();
      break;
    case kCr2:
      cr2_ = value;
      break;
    case kCr3:
      cr3_ = value;
      break;
    case kBrr:
      brr_ = value & 0xFFFF;
      control_changed();
      break;
    case kGtpr:
      gtpr_ = value;
      break;
    case kRtor:
      rtor_ = value;
      break;
    case kRqr:
      if (value & kRxFrq) flags_ &= ~kRxne;
      if (value & kTxFrq) flags_ |= kTxe;
      break;
    case kIcr:
      flags_ &= ~(value & (kOre | kIdle | kTc));
      break;
    case kTdr:
      tdr_ = static_cast<std::uint8_t>(value);
      if (!transmitter_enabled()) break;
      flags_ &= ~(kTc | kTxe);
      if (!sent_.armed()) start_frame(clock_.now());
      break;
    default:
      break;
  }
  update_interrupt();
}

}  // namespace simulator
