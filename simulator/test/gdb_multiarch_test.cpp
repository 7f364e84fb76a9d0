// The real GDB, in batch mode, over TCP, with a session around the board as `solder board run` has.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <thread>

#include "simulator/console/session.h"
#include "simulator/test/board_test.h"
#include "simulator/test/script_endpoint.h"

namespace simulator {
namespace {

struct Debugged {
  std::string gdb;      ///< what GDB has printed
  std::string console;  ///< what came out of USART6
  RunResult result;
};

Debugged debug(const std::string& scenario, const std::string& commands) {
  ScenarioBoard board(scenario);
  Debugged out;
  Session session(board);
  session.connect("USART6", std::make_unique<ScriptEndpoint>("", out.console));
  auto endpoint = make_endpoint("tcp:0");
  const std::string address = endpoint->address().substr(4);
  session.attach_debugger(std::move(endpoint));
  // Tests run side by side, each in a process of its own.
  const std::string script = fmt::format("{}{}-{}.gdb", testing::TempDir(), scenario, getpid());
  std::ofstream(script) << "set pagination off\nset confirm off\nset width 0\ntarget remote "
                        << address << '\n'
                        << commands << "\nkill\n";
  std::thread debugger([&] {
    const std::string command = fmt::format("timeout 60 gdb-multiarch -batch -nx -x '{}' '{}' 2>&1",
                                            script, SIMULATOR_TEST_FIRMWARE);
    std::FILE* pipe = popen(command.c_str(), "r");
    for (int c; pipe && (c = std::fgetc(pipe)) != EOF;) out.gdb += static_cast<char>(c);
    if (pipe) pclose(pipe);
    board.request_stop();  // should GDB have failed before it came to `kill`
  });
  out.result = session.run();
  debugger.join();
  std::remove(script.c_str());
  return out;
}

class GdbMultiarch : public testing::Test {
 protected:
  void SetUp() override {
    if (std::system("command -v gdb-multiarch >/dev/null") != 0) {
      GTEST_SKIP() << "gdb-multiarch is not installed";
    }
  }
};

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << part << (text)

TEST_F(GdbMultiarch, DebugsFunctionsVariablesAndFloats) {
  const Debugged d = debug("debugged", R"(
break twice
continue
backtrace
print n
stepi
finish
print counter
set var counter = 100
tbreak scale
continue
printf "s0 is %g, n is %d\n", $s0, n
next
printf "r13 is %d below\n", 0x20001000 - (int)$sp < 256
delete
break debugged_wfi
continue
print counter
print ratio
print/x $xpsr & 0x1ff
print/x *(unsigned*)0xe000ed00
continue
print/x $pc == (int)&debugged_fault
)");
  EXPECT_SAYS(d.gdb, "Breakpoint 1, twice (n=");
  EXPECT_SAYS(d.gdb, "in work () at");
  EXPECT_SAYS(d.gdb, "in debugged () at");
  EXPECT_SAYS(d.gdb, "in start () at");
  EXPECT_SAYS(d.gdb, "$1 = 0\n");
  EXPECT_SAYS(d.gdb, "Value returned is $2 = 10\n");
  EXPECT_SAYS(d.gdb, "$3 = 5\n");
  EXPECT_SAYS(d.gdb, "s0 is 10, n is 0\n");
  EXPECT_SAYS(d.gdb, "r13 is 1 below\n");
  EXPECT_SAYS(d.gdb, "$4 = 145\n");  // 100 and 1 to 9
  EXPECT_SAYS(d.gdb, "$6 = 0x0\n");
  EXPECT_SAYS(d.gdb, "$7 = 0x410fc271\n");
  EXPECT_SAYS(d.gdb, "Program received signal SIGSEGV");
  EXPECT_SAYS(d.gdb, "write of 4 bytes to 0x60000000");
  EXPECT_SAYS(d.gdb, "$8 = 0x1\n");
  EXPECT_EQ(d.result.reason, StopReason::kHostRequest);
}

TEST_F(GdbMultiarch, Watches) {
  const Debugged d = debug("debugged", R"(
watch counter
continue
continue
continue
delete
rwatch ratio
awatch total
info watchpoints
continue
backtrace 1
delete
watch counter if counter > 40
continue
)");
  EXPECT_SAYS(d.gdb, "Hardware watchpoint 1: counter");
  EXPECT_SAYS(d.gdb, "Old value = 0\nNew value = 5");
  EXPECT_SAYS(d.gdb, "Old value = 5\nNew value = 6");  // not the pass that adds 0
  EXPECT_SAYS(d.gdb, "Hardware read watchpoint 2: ratio");
  EXPECT_SAYS(d.gdb, "Hardware access (read/write) watchpoint 3: total");
  EXPECT_SAYS(d.gdb, " in work () at");
  EXPECT_SAYS(d.gdb, "New value = 41");
}

TEST_F(GdbMultiarch, ConsoleWorksMeanwhileAndHandlersUnwind) {
  const Debugged d = debug("uart_send", R"(
break uart_send
continue
finish
)");
  EXPECT_EQ(d.console, "hello");
  const Debugged interrupted = debug("debugged", R"(
break tick
continue
backtrace
finish
)");
  EXPECT_SAYS(interrupted.gdb, "<signal handler called>");
  EXPECT_SAYS(interrupted.gdb, "in debugged () at");
}

}  // namespace
}  // namespace simulator
