#include "firmware/boards/stm32f746g-disco/clock.h"

#include "firmware/boards/stm32f746g-disco/registers.h"

namespace firmware {
namespace {

// RCC
constexpr uint32_t kCrHsiOn = 1U << 0, kCrHsiReady = 1U << 1;
constexpr uint32_t kCrPllOn = 1U << 24, kCrPllReady = 1U << 25;
constexpr uint32_t kCfgrSw = 3U << 0, kCfgrSwHsi = 0U << 0, kCfgrSwPll = 2U << 0;
constexpr uint32_t kCfgrSws = 3U << 2, kCfgrSwsHsi = 0U << 2, kCfgrSwsPll = 2U << 2;
constexpr uint32_t kCfgrHpre = 0xFU << 4, kCfgrPpre1 = 7U << 10, kCfgrPpre2 = 7U << 13;
constexpr uint32_t kApb1enrPwr = 1U << 28;
constexpr uint32_t kPllM = 8;
// Fields M, N, P, SRC (0 is HSI) and Q of RCC_PLLCFGR; P = 0 divides by 2.
constexpr uint32_t kPllcfgrFields = 0x3FU << 0 | 0x1FFU << 6 | 3U << 16 | 1U << 22 | 0xFU << 24;
// PWR
constexpr uint32_t kCr1VosScale1 = 3U << 14, kCr1OverDrive = 1U << 16,
                   kCr1OverDriveSwitch = 1U << 17;
constexpr uint32_t kCsr1OverDriveReady = 1U << 16, kCsr1OverDriveSwitchReady = 1U << 17;
// FLASH_ACR
constexpr uint32_t kAcrLatency = 0xFU << 0, kAcrPrefetch = 1U << 8, kAcrArt = 1U << 9;

}  // namespace

// The sequence of RM0385 4.1.4 "Entering Over-drive mode": regulator scale before the PLL is on,
// over-drive after, and wait states before the core gets faster.
void start_clocks() {
  rcc().CR.set(kCrHsiOn);
  rcc().CR.wait_for(kCrHsiReady);
  rcc().CFGR.replace(kCfgrSw, kCfgrSwHsi);
  rcc().CFGR.wait_until(kCfgrSws, kCfgrSwsHsi);
  rcc().CR.clear(kCrPllOn);
  rcc().CR.wait_until(kCrPllReady, 0);

  rcc().APB1ENR.set(kApb1enrPwr);
  pwr().CR1.set(kCr1VosScale1);
  rcc().PLLCFGR.replace(kPllcfgrFields,
                        kPllM << 0 | kClockTree.pll_n << 6 | kClockTree.pll_q << 24);
  rcc().CR.set(kCrPllOn);
  pwr().CR1.set(kCr1OverDrive);
  pwr().CSR1.wait_for(kCsr1OverDriveReady);
  pwr().CR1.set(kCr1OverDriveSwitch);
  pwr().CSR1.wait_for(kCsr1OverDriveSwitchReady);

  flash().ACR = kClockTree.wait_states | kAcrPrefetch | kAcrArt;
  flash().ACR.wait_until(kAcrLatency, kClockTree.wait_states);
  rcc().CFGR.replace(kCfgrHpre | kCfgrPpre1 | kCfgrPpre2,
                     kClockTree.ppre1 << 10 | kClockTree.ppre2 << 13);
  rcc().CR.wait_for(kCrPllReady);
  rcc().CFGR.replace(kCfgrSw, kCfgrSwPll);
  rcc().CFGR.wait_until(kCfgrSws, kCfgrSwsPll);
}

}  // namespace firmware
