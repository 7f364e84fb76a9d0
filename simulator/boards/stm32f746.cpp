#include "simulator/boards/stm32f746.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "simulator/peripherals/clock_rules.h"

namespace simulator {
namespace {

constexpr std::uint32_t kKb = 1024;

// Base addresses: RM0385 table 1. Interrupt positions: table 46. Enable bits: 5.3.10 to 5.3.14.
struct UsartPlace {
  const char* name;
  std::uint32_t base;
  unsigned interrupt;
  bool apb2;
  unsigned enable_bit;
  unsigned clock_select;  // lowest bit of its field in RCC_DCKCFGR2
};
constexpr UsartPlace kUsarts[] = {
    {"USART1", 0x40011000, 37, true, 4, 0},   {"USART2", 0x40004400, 38, false, 17, 2},
    {"USART3", 0x40004800, 39, false, 18, 4}, {"UART4", 0x40004C00, 52, false, 19, 6},
    {"UART5", 0x40005000, 53, false, 20, 8},  {"USART6", 0x40011400, 71, true, 5, 10},
    {"UART7", 0x40007800, 82, false, 30, 12}, {"UART8", 0x40007C00, 83, false, 31, 14},
};

struct TimerPlace {
  const char* name;
  std::uint32_t base;
  unsigned interrupt;
  unsigned enable_bit;  // of RCC_APB1ENR
  std::uint32_t longest;
};
constexpr TimerPlace kTimers[] = {
    {"TIM2", 0x40000000, 28, 0, 0xFFFFFFFF}, {"TIM3", 0x40000400, 29, 1, 0xFFFF},
    {"TIM4", 0x40000800, 30, 2, 0xFFFF},     {"TIM5", 0x40000C00, 50, 3, 0xFFFFFFFF},
    {"TIM6", 0x40001000, 54, 4, 0xFFFF},     {"TIM7", 0x40001400, 55, 5, 0xFFFF},
};

struct DmaPlace {
  const char* name;
  std::uint32_t base;
  unsigned enable_bit;  // of RCC_AHB1ENR
  bool memory_to_memory;
  unsigned interrupts[Dma::kStreams];
};
constexpr DmaPlace kDmas[] = {
    {"DMA1", 0x40026000, 21, false, {11, 12, 13, 14, 15, 16, 17, 47}},
    {"DMA2", 0x40026400, 22, true, {56, 57, 58, 59, 60, 68, 69, 70}},
};

struct Place {
  const char* name;
  std::uint32_t base, size;
};
constexpr const char* kNotMapped = "QUADSPI is not in memory-mapped mode";

constexpr Place kUnmodelled[] = {
    {"TIM12", 0x40001800, kKb},        {"TIM13", 0x40001C00, kKb},
    {"TIM14", 0x40002000, kKb},        {"LPTIM1", 0x40002400, kKb},
    {"RTC", 0x40002800, kKb},          {"WWDG", 0x40002C00, kKb},
    {"IWDG", 0x40003000, kKb},         {"SPI2", 0x40003800, kKb},
    {"SPI3", 0x40003C00, kKb},         {"SPDIFRX", 0x40004000, kKb},
    {"I2C1", 0x40005400, kKb},         {"I2C2", 0x40005800, kKb},
    {"I2C3", 0x40005C00, kKb},         {"I2C4", 0x40006000, kKb},
    {"CAN1", 0x40006400, kKb},         {"CAN2", 0x40006800, kKb},
    {"HDMI-CEC", 0x40006C00, kKb},     {"DAC", 0x40007400, kKb},
    {"TIM1", 0x40010000, kKb},         {"TIM8", 0x40010400, kKb},
    {"ADC", 0x40012000, kKb},          {"SDMMC1", 0x40012C00, kKb},
    {"SPI1", 0x40013000, kKb},         {"SPI4", 0x40013400, kKb},
    {"TIM9", 0x40014000, kKb},         {"TIM10", 0x40014400, kKb},
    {"TIM11", 0x40014800, kKb},        {"SPI5", 0x40015000, kKb},
    {"SPI6", 0x40015400, kKb},         {"SAI1", 0x40015800, kKb},
    {"SAI2", 0x40015C00, kKb},         {"LTDC", 0x40016800, kKb},
    {"CRC", 0x40023000, kKb},          {"ETH", 0x40028000, 5 * kKb},
    {"DMA2D", 0x4002B000, 4 * kKb},    {"OTG_HS", 0x40040000, 256 * kKb},
    {"OTG_FS", 0x50000000, 256 * kKb}, {"DCMI", 0x50050000, kKb},
    {"FMC", 0xA0000000, 4 * kKb},
};
// Debug and trace blocks that start-up code likes to touch, and that do nothing unwatched.
constexpr Place kQuiet[] = {
    {"ITM", 0xE0000000, 4 * kKb},
    {"FPB", 0xE0002000, 4 * kKb},
    {"TPIU", 0xE0040000, 4 * kKb},
    {"ETM", 0xE0041000, 4 * kKb},
};
constexpr std::uint32_t kDbgmcu = 0xE0042000;
constexpr std::uint32_t kIdcodeRevZ = 0x10016449;  // DBGMCU_IDCODE, RM0385 40.6.1

// System memory with the boot loader, OTP, and at its end UID and flash size (RM0385 41.1, 41.2).
constexpr std::uint32_t kSystemMemory = 0x1FF00000, kUid = 0x1FF0F420, kFlashSize = 0x1FF0F442;

}  // namespace

void add_stm32f746_memories(Memory& memory) {
  memory.add("ITCM", 0x00000000, 16 * kKb, true);
  memory.add("flash (AXI)", Flash::kAxiBase, Flash::kSize, false, 0xFF);
  memory.alias("flash (ITCM)", Flash::kItcmBase, Flash::kAxiBase);
  // DTCM, SRAM1 and SRAM2 follow each other, and programs let variables lie across the seams.
  memory.add("RAM", 0x20000000, (64 + 240 + 16) * kKb, true);
  memory.add("system memory", kSystemMemory, 64 * kKb, false, 0xFF);
  memory.add("QSPI flash", Quadspi::kMemory, N25q128::kSize, false, 0xFF);
  memory.silence(Quadspi::kMemory, kNotMapped);
  constexpr std::uint32_t kUidWords[] = {0x00200034, 0x31385118, 0x37363433};
  std::memcpy(memory.at(kUid, sizeof kUidWords), kUidWords, sizeof kUidWords);
  constexpr std::uint16_t kFlashKb = Flash::kSize / kKb;
  std::memcpy(memory.at(kFlashSize, sizeof kFlashKb), &kFlashKb, sizeof kFlashKb);
}

Stm32f746::Stm32f746(const BoardDescription& board, Memory& memory, Bus& bus, Clock& clock,
                     TimingModel& timing, Nvic& nvic, Diagnostics& diagnostics)
    : board_(board),
      bus_(bus),
      clock_(clock),
      diagnostics_(diagnostics),
      rcc_(board.hse_hz),
      flash_(memory, clock),
      exti_([&nvic](unsigned position, bool high) { nvic.set_line(position, high); }),
      qspi_flash_(memory.place(Quadspi::kMemory)->bytes),
      quadspi_(qspi_flash_, diagnostics) {
  bus_.add("RCC", 0x40023800, kKb, rcc_);
  bus_.add("PWR", 0x40007000, kKb, pwr_, {&rcc_.apb1enr(), 1u << 28});
  bus_.add("FLASH", 0x40023C00, kKb, flash_);
  bus_.add("EXTI", 0x40013C00, kKb, exti_);
  bus_.add("SYSCFG", 0x40013800, kKb, others_.emplace_back("SYSCFG", nullptr),
           {&rcc_.apb2enr(), 1u << 14});
  bus_.add("RNG", 0x50060800, kKb, rng_, {&rcc_.ahb2enr(), 1u << 6});
  add_usarts(nvic);
  add_timers(nvic);
  add_dma(memory, timing, nvic);
  add_ports();
  add_quadspi(memory);
  add_unmodelled();
  rcc_.on_change([this] { clocks_changed(); });
  pwr_.on_change([this] { check_clocks(); });
  flash_.on_change([this] { check_clocks(); });
}

void Stm32f746::add_usarts(Nvic& nvic) {
  for (const UsartPlace& place : kUsarts) {
    Usart& usart = usarts_.emplace_back(
        place.name, clock_,
        Usart::Connections{
            [this, &place] { return rcc_.usart_clock(place.clock_select, place.apb2); },
            [&nvic, &place](bool high) { nvic.set_line(place.interrupt, high); }});
    usart.on_first_byte([this, &usart](bool transmit) { check_serial_port(usart, transmit); });
    const auto port = std::ranges::find(board_.serial_ports, usart.name(), &SerialPort::usart);
    if (port != board_.serial_ports.end()) usart.set_far_end_baud(port->baud);
    bus_.add(place.name, place.base, kKb, usart,
             {place.apb2 ? &rcc_.apb2enr() : &rcc_.apb1enr(), 1u << place.enable_bit});
  }
}

void Stm32f746::add_timers(Nvic& nvic) {
  for (const TimerPlace& place : kTimers) {
    Timer& timer = timers_.emplace_back(
        place.longest, clock_,
        Timer::Connections{[this] { return rcc_.apb1_timer_clock(); },
                           [&nvic, &place](bool high) { nvic.set_line(place.interrupt, high); }});
    bus_.add(place.name, place.base, kKb, timer, {&rcc_.apb1enr(), 1u << place.enable_bit});
  }
}

void Stm32f746::add_dma(Memory& memory, TimingModel& timing, Nvic& nvic) {
  for (const DmaPlace& place : kDmas) {
    Dma& dma = dmas_.emplace_back(
        place.name, place.memory_to_memory, memory, clock_, diagnostics_,
        Dma::Connections{
            [&timing](Cycle start, const BusBurst& burst) { return timing.transfer(start, burst); },
            [&nvic, &place](unsigned stream, bool high) {
              nvic.set_line(place.interrupts[stream], high);
            },
            [this](std::uint32_t address, std::uint32_t size) {
              if (memory_changed_) memory_changed_(address, size);
            }});
    bus_.add(place.name, place.base, kKb, dma, {&rcc_.ahb1enr(), 1u << place.enable_bit});
  }
}

void Stm32f746::add_ports() {
  constexpr std::uint32_t kGpioA = 0x40020000;
  for (char port = 'A'; port <= 'K'; ++port) {
    const auto index = static_cast<unsigned>(port - 'A');
    Gpio& gpio = *(ports_[port] = std::make_unique<Gpio>(port));
    bus_.add(fmt::format("GPIO{}", port), kGpioA + index * kKb, kKb, gpio,
             {&rcc_.ahb1enr(), 1u << index});
  }
  for (const DrivenPin& pin : board_.driven_pins) gpio(pin.port).drive(pin.number, pin.high);
}

void Stm32f746::add_quadspi(Memory& memory) {
  bus_.add("QUADSPI", 0xA0001000, 4 * kKb, quadspi_, {&rcc_.ahb3enr(), 1u << 1});
  quadspi_.on_change([this, &memory] { quadspi_changed(memory); });
}

void Stm32f746::quadspi_changed(Memory& memory) {
  const bool answers = memory.place(Quadspi::kMemory)->silent.empty();
  if (quadspi_.memory_mapped() != answers) {
    memory.silence(Quadspi::kMemory, answers ? kNotMapped : "");
    if (remapped_) remapped_(Quadspi::kMemory);
  }
  if (!quadspi_.memory_mapped()) return;
  if (timing_changed_) timing_changed_();
  for (const QspiPin& wanted : board_.qspi_pins) {
    const Pin& pin = wanted.pin;
    if (!gpio(pin.port).routed(pin.number, pin.function)) {
      diagnostics_.report_once(fmt::format(
          "QUADSPI uses {}, but P{}{} is not set to its alternate function {}: on the board the "
          "flash would not answer",
          wanted.name, pin.port, pin.number, pin.function));
    }
  }
  const std::uint32_t hz = rcc_.clocks().hclk / quadspi_.prescaler();
  if (hz > N25q128::kHighestHz) {
    diagnostics_.report_once(fmt::format(
        "QUADSPI clocks its flash at {} Hz, which stands {} at most", hz, N25q128::kHighestHz));
  }
}

void Stm32f746::add_unmodelled() {
  for (const Place& place : kUnmodelled) {
    bus_.add(place.name, place.base, place.size, others_.emplace_back(place.name, &diagnostics_));
  }
  for (const Place& place : kQuiet) {
    bus_.add(place.name, place.base, place.size, others_.emplace_back(place.name, nullptr));
  }
  RegisterFile& dbgmcu = others_.emplace_back("DBGMCU", nullptr);
  dbgmcu.preset(0, kIdcodeRevZ);
  bus_.add("DBGMCU", kDbgmcu, 4 * kKb, dbgmcu);
}

Usart* Stm32f746::usart(std::string_view name) {
  const auto found = std::ranges::find(usarts_, name, &Usart::name);
  return found == usarts_.end() ? nullptr : &*found;
}

void Stm32f746::clocks_changed() {
  const std::uint32_t hclk = rcc_.clocks().hclk;
  if (hclk != clock_.hz()) {
    clock_.set_hz(hclk);
    if (clock_changed_) clock_changed_();
  }
  check_clocks();
}

void Stm32f746::check_clocks() {
  for (const std::string& rule : broken_clock_rules(rcc_.clocks(), pwr_.voltage_scale(),
                                                    pwr_.over_drive(), flash_.wait_states())) {
    diagnostics_.report_once(rule);
  }
  if (timing_changed_) timing_changed_();
}

// What the cable on the connector would notice.
void Stm32f746::check_serial_port(const Usart& usart, bool transmit) {
  constexpr double kTolerance = 0.03;  // of the bit rate; past it the last bits are misread
  const auto port = std::ranges::find(board_.serial_ports, usart.name(), &SerialPort::usart);
  if (port == board_.serial_ports.end()) return;
  const double baud = usart.baud();
  if (std::abs(baud / usart.far_end_baud() - 1) > kTolerance) {
    diagnostics_.report_once(
        fmt::format("{} runs at {:.0f} bit/s, the other end at {}: it would read garbage",
                    usart.name(), baud, usart.far_end_baud()));
  }
  const Pin& pin = transmit ? port->transmit : port->receive;
  if (!gpio(pin.port).routed(pin.number, pin.function)) {
    diagnostics_.report_once(fmt::format(
        "{} {}, but P{}{} is not set to its alternate function {}: on the board nothing would {}",
        usart.name(), transmit ? "transmits" : "receives", pin.port, pin.number, pin.function,
        transmit ? "come out" : "arrive"));
  }
}

}  // namespace simulator
