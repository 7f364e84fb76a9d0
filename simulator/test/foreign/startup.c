// Reset, vectors and what newlib asks of a system, as firmware with the C library's own start files
// has them.
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "simulator/test/foreign/hal.h"

extern uint32_t _estack, _sidata, _sdata, _edata, _sbss, _ebss;
extern char end;

void __libc_init_array(void);
int main(void);

void Default_Handler(void) {
  for (;;) {
  }
}
#define WEAK __attribute__((weak, alias("Default_Handler")))
WEAK void NMI_Handler(void);
WEAK void HardFault_Handler(void);
WEAK void MemManage_Handler(void);
WEAK void BusFault_Handler(void);
WEAK void UsageFault_Handler(void);
WEAK void SVC_Handler(void);
WEAK void DebugMon_Handler(void);
WEAK void PendSV_Handler(void);
WEAK void SysTick_Handler(void);
WEAK void TIM2_IRQHandler(void);
WEAK void TIM6_DAC_IRQHandler(void);
WEAK void USART6_IRQHandler(void);
WEAK void UART7_IRQHandler(void);

static void system_init(void) {
  SCB_CPACR |= 0xFu << 20;
  RCC->CR |= 1;
  RCC->CFGR = 0;
  RCC->CR &= ~(1u << 24 | 1u << 19 | 1u << 16);
  RCC->PLLCFGR = 0x24003010;
  RCC->CR &= ~(1u << 18);
  RCC->CIR = 0;
  SCB_VTOR = 0x08000000;
  SCB_AIRCR = 0x05FA0000 | 3u << 8;  // four bits of preemption priority
}

void Reset_Handler(void) {
  __asm volatile("ldr sp, =_estack");
  memcpy(&_sdata, &_sidata, (size_t)((char*)&_edata - (char*)&_sdata));
  memset(&_sbss, 0, (size_t)((char*)&_ebss - (char*)&_sbss));
  system_init();
  __libc_init_array();
  main();
  for (;;) {
  }
}

typedef void (*vector)(void);
__attribute__((section(".isr_vector"), used)) const vector vectors[16 + 98] = {
    [0] = (vector)&_estack,
    [1] = Reset_Handler,
    [2] = NMI_Handler,
    [3] = HardFault_Handler,
    [4] = MemManage_Handler,
    [5] = BusFault_Handler,
    [6] = UsageFault_Handler,
    [11] = SVC_Handler,
    [12] = DebugMon_Handler,
    [14] = PendSV_Handler,
    [15] = SysTick_Handler,
    [16 + TIM2_IRQ] = TIM2_IRQHandler,
    [16 + TIM6_IRQ] = TIM6_DAC_IRQHandler,
    [16 + USART6_IRQ] = USART6_IRQHandler,
    [16 + UART7_IRQ] = UART7_IRQHandler,
};

// The heap grows from the end of the variables towards the stack.
void* _sbrk(ptrdiff_t increment) {
  static char* top = &end;
  register char* sp __asm("sp");
  if (top + increment > sp) {
    errno = ENOMEM;
    return (void*)-1;
  }
  char* block = top;
  top += increment;
  return block;
}
int _write(int file, const char* text, int length) {
  (void)file;
  serial_send(&console, text, (size_t)length);
  return length;
}
int _read(int file, char* text, int length) { return (void)file, (void)text, (void)length, 0; }
int _close(int file) { return (void)file, -1; }
int _lseek(int file, int offset, int whence) { return (void)file, (void)offset, (void)whence, 0; }
int _isatty(int file) { return (void)file, 1; }
int _fstat(int file, struct stat* status) {
  (void)file;
  status->st_mode = S_IFCHR;
  return 0;
}
int _getpid(void) { return 1; }
int _kill(int pid, int signal) { return (void)pid, (void)signal, -1; }
void _exit(int status) {
  (void)status;
  for (;;) {
  }
}
