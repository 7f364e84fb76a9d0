#include "simulator/test/firmware/firmware.h"

// SVC before and after the FPU is in use; s0 to s15 and FPSCR survive a handler that spoils them.

static void spoiling_handler(uint32_t exc_return, uint32_t* frame) {
  note(exc_return);
  note((uint32_t)frame);
  __asm volatile(
      "vmov.f32 s0, #1.0\n vmov.f32 s1, #1.0\n vmov.f32 s7, #1.0\n vmov.f32 s15, #1.0\n"
      "mov r0, #0\n vmsr fpscr, r0" ::
          : "r0", "s0", "s1", "s7", "s15");
}

static void plain_handler(uint32_t exc_return, uint32_t* frame) {
  note(exc_return);
  note((uint32_t)frame);
}

// A store-exclusive fails when an exception came between, even though nothing has changed.
static void load_in_handler(uint32_t exc_return, uint32_t* frame) {
  (void)exc_return;
  (void)frame;
  if (result_count == 3) __asm volatile("ldrexb r0, [%0]" ::"r"(&result_count) : "r0");
}
void exclusive_monitor(void) {
  handlers[SVCALL] = load_in_handler;
  static volatile uint32_t word;
  for (int pass = 0; pass < 4; ++pass) {
    uint32_t loaded, failed;
    __asm volatile("ldrex %0, [%1]" : "=r"(loaded) : "r"(&word) : "memory");
    if (pass == 1) __asm volatile("svc 0" ::: "memory");
    if (pass == 2)
      __asm volatile("strex %0, %1, [%2]" : "=&r"(failed) : "r"(loaded), "r"(&word) : "memory");
    __asm volatile("strex %0, %1, [%2]" : "=&r"(failed) : "r"(loaded + 1), "r"(&word) : "memory");
    note(failed);
    if (pass == 2) {
      __asm volatile("svc 0\n strexb %0, %1, [%2]"
                     : "=&r"(failed)
                     : "r"(3), "r"(&result_count)
                     : "memory");
      note(failed);
    }
  }
}

void svc_without_fp(void) {
  handlers[SVCALL] = plain_handler;
  uint32_t sp;
  __asm volatile("mov r0, #11\n mov r1, #12\n svc 0\n mov %0, sp\n"
                 : "=r"(sp)::"r0", "r1", "memory");
  note(sp);
}

void svc_with_fp(void) {
  enable_fpu();
  handlers[SVCALL] = spoiling_handler;
  uint32_t s0, s15, fpscr, sp;
  __asm volatile(
      "movw r0, #0x1234\n vmov s0, r0\n movw r0, #0x4321\n vmov s15, r0\n"
      "mov r0, #0x01000000\n vmsr fpscr, r0\n"
      "svc 0\n"
      "vmov %0, s0\n vmov %1, s15\n vmrs %2, fpscr\n mov %3, sp"
      : "=r"(s0), "=r"(s15), "=r"(fpscr), "=r"(sp)::"r0", "s0", "s1", "s7", "s15", "memory");
  note(s0);
  note(s15);
  note(fpscr);
  note(sp);
}

static uint32_t process_stack[64] __attribute__((aligned(8)));

void svc_on_process_stack(void) {
  handlers[SVCALL] = plain_handler;
  __asm volatile(
      "msr psp, %0\n mov r0, #2\n msr control, r0\n isb\n svc 0\n mov r0, #0\n msr control, r0\n "
      "isb" ::"r"(process_stack + 64)
      : "r0", "memory");
  note((uint32_t)(process_stack + 64));
}

// Interrupt 10 pends a more urgent 11, which preempts it, and a less urgent 12, which follows it.

static void handler_10(uint32_t exc_return, uint32_t* frame) {
  note(10);
  NVIC_ISPR(0) = 1 << 11;
  barrier();
  NVIC_ISPR(0) = 1 << 12;
  barrier();
  note((uint32_t)frame);
  note(exc_return);
}
static void handler_11(uint32_t exc_return, uint32_t* frame) {
  (void)frame;
  note(11);
  note(exc_return);
}
static void handler_12(uint32_t exc_return, uint32_t* frame) {
  note(12);
  note((uint32_t)frame);
  note(exc_return);
}

static void prepare_interrupts(void) {
  handlers[IRQ(10)] = handler_10;
  handlers[IRQ(11)] = handler_11;
  handlers[IRQ(12)] = handler_12;
  NVIC_IPR(10) = 0x80;
  NVIC_IPR(11) = 0x40;
  NVIC_IPR(12) = 0xC0;
  NVIC_ISER(0) = 7 << 10;
}

void nested_priorities(void) {
  prepare_interrupts();
  NVIC_ISPR(0) = 1 << 10;
  barrier();
  note(99);
}

// With PRIGROUP 7 all priorities are of one group: nothing preempts, order still holds.
void one_priority_group(void) {
  prepare_interrupts();
  AIRCR = 0x05FA0000 | 7 << 8;
  NVIC_ISPR(0) = 1 << 10;
  barrier();
  note(99);
}

static void noting_handler(uint32_t exc_return, uint32_t* frame) {
  (void)exc_return;
  (void)frame;
  note(ICSR & 0x1FF);
}

void masks(void) {
  handlers[IRQ(20)] = handlers[PENDSV] = noting_handler;
  NVIC_IPR(20) = 0x60;
  NVIC_ISER(0) = 1 << 20;
  __asm volatile("cpsid i");
  NVIC_ISPR(0) = 1 << 20;
  barrier();
  note(1);
  __asm volatile("cpsie i");
  note(2);
  __asm volatile("msr basepri, %0" ::"r"(0x60));
  NVIC_ISPR(0) = 1 << 20;
  barrier();
  note(3);
  __asm volatile("msr basepri, %0" ::"r"(0x80));
  note(4);
  __asm volatile("msr basepri, %0" ::"r"(0));
  __asm volatile("cpsid f");
  ICSR = 1 << 28;
  barrier();
  note(5);
  __asm volatile("cpsie f");
  note(6);
}

static void systick_handler(uint32_t exc_return, uint32_t* frame) {
  (void)exc_return;
  (void)frame;
  note(DWT_CYCCNT);
  if (result_count == 10) finish();
}

void systick_period(void) {
  start_cycle_counter();
  handlers[SYSTICK] = systick_handler;
  SYST_RVR = 999;
  SYST_CVR = 0;
  SYST_CSR = 7;
  for (;;) __asm volatile("");
}

void systick_value(void) {
  SYST_RVR = 99;
  SYST_CVR = 0;
  SYST_CSR = 5;
  uint32_t first, second, after;
  __asm volatile("ldr %0, [%3]\n ldr %1, [%3]\n .rept 100\n nop\n .endr\n ldr %2, [%3]"
                 : "=&r"(first), "=&r"(second), "=&r"(after)
                 : "r"(0xE000E018));
  note(first - second);
  note(second - after);  // 101 ticks on, modulo 100
  note(SYST_CSR >> 16 & 1);
  note(SYST_CSR >> 16 & 1);
}

static void silent_handler(uint32_t exc_return, uint32_t* frame) {
  (void)exc_return;
  (void)frame;
}

void wait_for_interrupt(void) {
  start_cycle_counter();
  handlers[SYSTICK] = silent_handler;
  SYST_RVR = 9999;
  SYST_CVR = 0;
  SYST_CSR = 7;
  for (int i = 0; i < 5; ++i) __asm volatile("wfi");
  note(DWT_CYCCNT);
}

// PRIMASK keeps the handler away, but WFI wakes all the same.
void wait_with_primask(void) {
  SYST_RVR = 9999;
  SYST_CVR = 0;
  SYST_CSR = 7;
  __asm volatile("cpsid i\n wfi");
  note(ICSR >> 26 & 1);
}

void wait_for_event(void) {
  __asm volatile("sev\n wfe\n yield");
  note(1);
  __asm volatile("wfe");
  note(2);
}

void sleep_forever(void) { __asm volatile("cpsid i\n 1: wfi\n b 1b"); }

// Two tasks on stacks of their own sum floats while SysTick switches between them by PendSV, and an
// interrupt that uses the FPU too comes in between.

typedef struct {
  uint32_t* sp;
  uint32_t stack[128] __attribute__((aligned(8)));
  volatile uint32_t rounds;
} Task;
static Task tasks[2];
static Task* volatile current;
static volatile float interrupt_sum;

static void sum_task(float step, volatile uint32_t* rounds) {
  for (;;) {
    float a = 0, b = 1, c = 2;
    for (int i = 0; i < 100; ++i) {
      a += step;
      b += a;
      c += b;
    }
    const float n = 100;
    // Small integers: float sums are exact.
    if (a != n * step || b != 1 + step * (n * (n + 1) / 2)) note(0xBAD);
    if (c != 2 + n + step * (n * (n + 1) * (n + 2) / 6)) note(0xBAD);
    ++*rounds;
  }
}
static void task_0(void) { sum_task(1, &tasks[0].rounds); }
static void task_1(void) { sum_task(3, &tasks[1].rounds); }

static void start_task(Task* task, void (*entry)(void)) {
  uint32_t* sp = task->stack + 128;
  *--sp = 1 << 24;  // xPSR
  *--sp = (uint32_t)entry & ~1u;
  sp -= 6;
  sp -= 9;  // r4 to r11 and EXC_RETURN
  sp[8] = 0xFFFFFFFD;
  task->sp = sp;
}

static __attribute__((used)) Task* switch_task(uint32_t* sp) {
  current->sp = sp;
  return current = &tasks[current == &tasks[0]];
}

__attribute__((naked)) static void pendsv_handler(uint32_t exc_return, uint32_t* frame) {
  (void)exc_return;
  (void)frame;
  __asm volatile(
      "mrs r0, psp\n"
      "tst lr, #16\n"
      "it eq\n"
      "vstmdbeq r0!, {s16-s31}\n"
      "stmdb r0!, {r4-r11, lr}\n"
      "bl switch_task\n"
      "ldr r0, [r0]\n"
      "ldmia r0!, {r4-r11, lr}\n"
      "tst lr, #16\n"
      "it eq\n"
      "vldmiaeq r0!, {s16-s31}\n"
      "msr psp, r0\n"
      "bx lr\n");
}

static void switching_systick(uint32_t exc_return, uint32_t* frame) {
  (void)exc_return;
  (void)frame;
  if (++results[1] == 20000) finish();
  ICSR = 1 << 28;
  if (results[1] % 3 == 0) NVIC_ISPR(0) = 1 << 5;
}
static void float_interrupt(uint32_t exc_return, uint32_t* frame) {
  (void)exc_return;
  (void)frame;
  interrupt_sum += 0.5f;
}

void context_switches(void) {
  enable_fpu();
  note(0);
  note(0);
  handlers[PENDSV] = pendsv_handler;
  handlers[SYSTICK] = switching_systick;
  handlers[IRQ(5)] = float_interrupt;
  SHPR3 = 0x80u << 24 | 0xF0 << 16;  // SysTick above PendSV, the interrupt above both
  NVIC_IPR(5) = 0x40;
  NVIC_ISER(0) = 1 << 5;
  start_task(&tasks[0], task_0);
  start_task(&tasks[1], task_1);
  current = &tasks[0];
  SYST_RVR = 996;  // a prime period, so that every instruction gets interrupted
  SYST_CVR = 0;
  SYST_CSR = 7;
  // The first switch saves this thread's registers where task 0 would have its own; leave them.
  __asm volatile(
      "msr psp, %0\n mov r0, #2\n msr control, r0\n isb\n bx %1" ::"r"(tasks[0].stack + 128),
      "r"(task_0)
      : "r0");
}

void cause_reset(void) {
  AIRCR = 0x05FA0000 | 4;
  for (;;) {
  }
}
