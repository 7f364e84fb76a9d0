#include "simulator/gdb/stub.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "simulator/gdb/registers.h"

namespace simulator {
namespace {

constexpr std::string_view kOk = "OK";
// Numbers mean nothing to GDB ("Debugging with GDB", E.2); these follow errno.
constexpr std::string_view kBadAddress = "E0e", kBadPacket = "E16";
// Numbers of include/gdb/signals.def.
constexpr std::string_view kInterrupted = "S02", kIllegal = "S04", kTrap = "S05", kAborted = "S06",
                           kArithmetic = "S08", kBusError = "S0a", kSegmentation = "S0b";

std::string_view stop_reply(const Fault& fault) {
  if (fault.cfsr & kDivByZero) return kArithmetic;
  if (fault.exception == kUsageFault) return kIllegal;
  // A store to flash finds memory there, but none that takes it.
  const bool nothing_there = fault.address && fault.cfsr != kImprecisErr;
  return nothing_there ? kSegmentation : kBusError;
}

}  // namespace

std::string GdbStub::send(std::string_view data) { return last_sent_ = frame(data); }

std::string GdbStub::receive(std::string_view bytes) {
  using Kind = PacketReader::Kind;
  reader_.feed(bytes);
  std::string out;
  while (const auto item = reader_.next()) {
    switch (item->kind) {
      case Kind::kAck:
        break;
      case Kind::kRetransmit:
        out += last_sent_;
        break;
      case Kind::kInterrupt:
        if (state_ == State::kRunning || state_ == State::kStepping) out += halt(kInterrupted);
        break;
      case Kind::kDamaged:
        if (acknowledge_) out += '-';
        break;
      case Kind::kPacket:
        // Every debugger begins with this, and with acknowledgements.
        if (item->data.starts_with("qSupported")) acknowledge_ = true;
        if (acknowledge_) out += '+';
        if (state_ != State::kHalted) halt(kTrap);
        out += handle(item->data);
        break;
    }
    if (state_ == State::kKilled) break;
  }
  return out;
}

std::string GdbStub::handle(std::string_view packet) {
  const std::string_view arguments = packet.substr(std::min<std::size_t>(1, packet.size()));
  switch (packet.empty() ? '\0' : packet[0]) {
    case '?':
      return send(stop_reply_);
    case 'g':
      return send(read_registers());
    case 'G':
      return send(write_registers(arguments));
    case 'p':
      return send(read_register(arguments));
    case 'P':
      return send(write_register(arguments));
    case 'm':
      return send(read_memory(arguments));
    case 'M':
      return send(write_memory(arguments, false));
    case 'X':
      return send(write_memory(arguments, true));
    case 'c':
    case 'C':
    case 's':
    case 'S':
    case 'v':
      return handle_resume(packet);
    case 'z':
    case 'Z':
      return send(handle_breakpoint(packet));
    case 'H':  // there is one thread
    case 'T':
      return send(kOk);
    case 'D':
      detach();
      return send(kOk);
    case 'k':
      state_ = State::kKilled;
      return {};
    case 'q':
    case 'Q':
      return handle_query(packet);
    default:
      return send({});
  }
}

std::string GdbStub::handle_query(std::string_view packet) {
  PacketFields fields(packet);
  if (fields.skip("qSupported")) {
    return send(fmt::format("PacketSize={:x};QStartNoAckMode+;qXfer:features:read+;vContSupported+",
                            kPacketSize));
  }
  if (packet == "QStartNoAckMode") {
    acknowledge_ = false;
    return send(kOk);
  }
  if (packet == "qAttached") return send("1");  // so that GDB leaves us running when it quits
  if (fields.skip("qXfer:features:read:target.xml:")) return send(read_description(fields.rest()));
  if (fields.skip("qRcmd,")) return send(command(fields.rest()));
  return send({});
}

std::string GdbStub::handle_resume(std::string_view packet) {
  PacketFields fields(packet);
  if (packet == "vCont?") return send("vCont;c;C;s;S");
  if (packet.starts_with("vKill")) {
    state_ = State::kKilled;
    return send(kOk);
  }
  const bool v_cont = fields.skip("vCont;");
  if (packet[0] == 'v' && !v_cont) return send({});
  const char action = fields.rest().empty() ? '\0' : fields.rest()[0];
  const bool step = action == 's' || action == 'S';
  if (!step && action != 'c' && action != 'C') return send(kBadPacket);
  fields.skip(std::string_view(&action, 1));
  if (!v_cont) {  // [signal;][address]; the firmware has its own way to learn of a fault
    const bool has_signal = action == 'C' || action == 'S';
    if (has_signal && (!fields.number() || (!fields.rest().empty() && !fields.skip(";")))) {
      return send(kBadPacket);
    }
    if (!fields.rest().empty()) {
      const auto address = fields.number();
      if (!address) return send(kBadPacket);
      board_.core().set_pc(*address);
    }
  }
  return resume(step);
}

std::string GdbStub::resume(bool step) {
  Core& core = board_.core();
  const bool at_bkpt = std::exchange(bkpt_, std::nullopt) == core.pc();
  if (at_bkpt) core.set_pc(core.pc() + 2);  // else it would stop there for ever
  if (at_bkpt && step) return halt(std::string(kTrap));
  core.stop_on_faults(true);
  leaves_breakpoint_ = breakpoints_.contains(core.pc());
  state_ = step ? State::kStepping : State::kRunning;
  return {};
}

std::string GdbStub::progressed(const RunResult& result) {
  if (state_ != State::kRunning && state_ != State::kStepping) return {};
  switch (result.reason) {
    case StopReason::kTimeLimit:
    case StopReason::kInstructionLimit:
    case StopReason::kIdle:
    case StopReason::kHostRequest:
    case StopReason::kExit:
      return {};
    case StopReason::kStep:
      leaves_breakpoint_ = false;
      return state_ == State::kStepping ? halt(kTrap) : std::string();
    case StopReason::kDebugBreakpoint:
      return halt(kTrap);
    case StopReason::kWatchpoint: {
      const Watchpoint& hit = board_.core().watched();
      const char* kind = !hit.reads ? "watch" : hit.writes ? "awatch" : "rwatch";
      return halt(fmt::format("T05{}:{:x};", kind, hit.address));
    }
    case StopReason::kBreakpoint:
      bkpt_ = board_.core().pc();
      return halt(kTrap);
    case StopReason::kFault:
      return halt(stop_reply(board_.faults().back()), result.explanation);
    default:
      return halt(kAborted, result.explanation);
  }
}

std::string GdbStub::exited(int code) {
  if (state_ == State::kDetached) return {};
  return send(fmt::format("W{:02x}", code & 0xFF));
}

std::string GdbStub::halt(std::string_view reply, std::string_view text) {
  state_ = State::kHalted;
  leaves_breakpoint_ = false;
  stop_reply_ = reply;
  std::string out;
  if (!text.empty()) out = send(fmt::format("O{}", to_hex(fmt::format("{}\n", text))));
  return out + send(stop_reply_);
}

void GdbStub::detach() {
  breakpoints_.clear();
  watchpoints_.clear();
  board_.core().set_breakpoints({});
  board_.core().set_watchpoints({});
  board_.core().stop_on_faults(false);
  state_ = State::kDetached;
}

std::string GdbStub::read_registers() const {
  std::string out;
  for (std::size_t i = 0; i < gdb_register_count(); ++i) {
    out += to_hex(read_gdb_register(board_.core(), i));
  }
  return out;
}

std::string GdbStub::write_registers(std::string_view hex) {
  const auto bytes = from_hex(hex);
  std::size_t total = 0;
  for (std::size_t i = 0; i < gdb_register_count(); ++i) total += gdb_register_size(i);
  if (!bytes || bytes->size() != total) return std::string(kBadPacket);
  std::span<const std::uint8_t> rest(*bytes);
  for (std::size_t i = 0; i < gdb_register_count(); ++i) {
    write_gdb_register(board_.core(), i, rest.first(gdb_register_size(i)));
    rest = rest.subspan(gdb_register_size(i));
  }
  return std::string(kOk);
}

std::string GdbStub::read_register(std::string_view packet) const {
  const auto number = PacketFields(packet).number();
  if (!number || *number >= gdb_register_count()) return std::string(kBadPacket);
  return to_hex(read_gdb_register(board_.core(), *number));
}

std::string GdbStub::write_register(std::string_view packet) {
  PacketFields fields(packet);
  const auto number = fields.number();
  if (!number || *number >= gdb_register_count() || !fields.skip("=")) {
    return std::string(kBadPacket);
  }
  const auto bytes = from_hex(fields.rest());
  const bool written = bytes && write_gdb_register(board_.core(), *number, *bytes);
  return std::string(written ? kOk : kBadPacket);
}

// What is there of the range; a debugger asks past the end of a memory without knowing.
std::string GdbStub::read_memory(std::string_view packet) {
  PacketFields fields(packet);
  const auto address = fields.number();
  if (!address || !fields.skip(",")) return std::string(kBadPacket);
  const auto length = fields.number();
  if (!length || !fields.rest().empty()) return std::string(kBadPacket);
  std::vector<std::uint8_t> bytes(std::min<std::size_t>(*length, kPacketSize / 2));
  while (!bytes.empty() && !board_.debug_read(*address, bytes)) bytes.resize(bytes.size() / 2);
  if (bytes.empty() && *length > 0) return std::string(kBadAddress);
  return to_hex(bytes);
}

std::string GdbStub::write_memory(std::string_view packet, bool binary) {
  PacketFields fields(packet);
  const auto address = fields.number();
  if (!address || !fields.skip(",")) return std::string(kBadPacket);
  const auto length = fields.number();
  if (!length || !fields.skip(":")) return std::string(kBadPacket);
  const std::string_view data = fields.rest();
  const auto bytes = binary ? std::vector<std::uint8_t>(data.begin(), data.end()) : from_hex(data);
  if (!bytes || bytes->size() != *length) return std::string(kBadPacket);
  return std::string(board_.debug_write(*address, *bytes) ? kOk : kBadAddress);
}

// Z0 and Z1 alike: a breakpoint changes no memory here. Z2, Z3 and Z4 watch writes, reads, both.
std::string GdbStub::handle_breakpoint(std::string_view packet) {
  PacketFields fields(packet.substr(1));
  const auto type = fields.number();
  if (!type || *type > 4) return {};
  if (!fields.skip(",")) return std::string(kBadPacket);
  const auto address = fields.number();
  if (!address || !fields.skip(",")) return std::string(kBadPacket);
  const auto size = fields.number();
  if (!size || *size == 0) return std::string(kBadPacket);
  if (*type >= 2)
    return handle_watchpoint(packet[0] == 'Z', {*address, *size, *type != 2, *type != 3});
  if (packet[0] == 'Z') {
    breakpoints_.insert(*address & ~1u);
  } else {
    breakpoints_.erase(*address & ~1u);
  }
  board_.core().set_breakpoints(breakpoints_);
  return std::string(kOk);
}

std::string GdbStub::handle_watchpoint(bool insert, const Watchpoint& watchpoint) {
  constexpr std::uint32_t kLongest = 0x10000;
  std::vector<std::uint8_t> contents(std::min(watchpoint.size, kLongest));
  if (watchpoint.size != contents.size() || !board_.read(watchpoint.address, contents)) {
    return std::string(kBadAddress);  // a device, or nothing
  }
  std::erase(watchpoints_, watchpoint);
  if (insert) watchpoints_.push_back(watchpoint);
  board_.core().set_watchpoints(watchpoints_);
  return std::string(kOk);
}

std::string GdbStub::read_description(std::string_view packet) const {
  PacketFields fields(packet);
  const auto offset = fields.number();
  if (!offset || !fields.skip(",")) return std::string(kBadPacket);
  const auto length = fields.number();
  const std::string& text = gdb_target_description();
  if (!length || *offset > text.size()) return std::string(kBadPacket);
  const std::string part = text.substr(*offset, *length);
  return (*offset + part.size() < text.size() ? "m" : "l") + part;
}

// `monitor ...`
std::string GdbStub::command(std::string_view hex) {
  const auto bytes = from_hex(hex);
  if (!bytes) return std::string(kBadPacket);
  const std::string text(bytes->begin(), bytes->end());
  if (text != "reset" && text != "reset halt") {
    return to_hex(std::string_view("the one command is `monitor reset`\n"));
  }
  board_.reset();
  bkpt_.reset();
  stop_reply_ = kTrap;
  return std::string(kOk);
}

}  // namespace simulator
