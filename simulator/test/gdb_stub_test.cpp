// The GDB remote serial protocol, packet by packet.
#include <fmt/format.h>

#include <random>

#include "simulator/gdb/registers.h"
#include "simulator/gdb/stub.h"
#include "simulator/test/board_test.h"

namespace simulator {
namespace {

/// A debugger at the other end: frames what it says, and unframes what it hears.
class Gdb {
 public:
  explicit Gdb(const std::string& scenario) : board(scenario), stub(board) {
    ask("QStartNoAckMode");
  }
  /// One packet each way; the reply is "" when there is none yet.
  std::string ask(std::string_view packet) { return payload(stub.receive(frame(packet))); }
  /// Lets the board go on until it halts.
  std::string go(std::string_view packet) {
    std::string reply = ask(packet);
    for (int i = 0; i < 10'000 && stub.state() != GdbStub::State::kHalted; ++i) {
      const RunLimits limits{.milliseconds = 1};
      reply = payload(stub.progressed(stub.wants_step() ? board.step(limits) : board.run(limits)));
    }
    return reply;
  }
  std::string breakpoint(char kind, const std::string& symbol) {
    return ask(fmt::format("{}0,{:x},2", kind, board.address(symbol)));
  }
  std::uint32_t reg(std::size_t number) {
    const auto bytes = from_hex(ask(fmt::format("p{:x}", number)));
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.value().data(), 4);
    return value;
  }

  ScenarioBoard board;
  GdbStub stub;

 private:
  // The last packet of `bytes`: texts for the console may come before a stop reply.
  static std::string payload(std::string_view bytes) {
    PacketReader reader;
    reader.feed(bytes);
    std::string last;
    while (const auto item = reader.next()) {
      if (item->kind == PacketReader::Kind::kPacket) last = item->data;
    }
    return last;
  }
};

constexpr std::size_t kSp = 13, kPc = 15, kD0 = 17;

TEST(GdbPacket, RoundTripWithEscapes) {
  const std::string data = "a$b#c}d*\x03";
  PacketReader reader;
  reader.feed("noise" + frame(data) + "+-\x03");
  auto item = reader.next();
  ASSERT_TRUE(item);
  EXPECT_EQ(item->kind, PacketReader::Kind::kPacket);
  EXPECT_EQ(item->data, data);
  EXPECT_EQ(reader.next()->kind, PacketReader::Kind::kAck);
  EXPECT_EQ(reader.next()->kind, PacketReader::Kind::kRetransmit);
  EXPECT_EQ(reader.next()->kind, PacketReader::Kind::kInterrupt);
  EXPECT_FALSE(reader.next());
}

TEST(GdbPacket, ArrivesInPieces) {
  PacketReader reader;
  for (const char c : std::string("$OK#9")) {
    reader.feed({&c, 1});
    EXPECT_FALSE(reader.next());
  }
  reader.feed("a");
  EXPECT_EQ(reader.next()->data, "OK");
}

TEST(GdbStub, AcknowledgesUntilToldNotTo) {
  ScenarioBoard board("debugged");
  GdbStub stub(board);
  EXPECT_EQ(stub.receive("$?#3f"), "+$S05#b8");
  EXPECT_EQ(stub.receive("-"), "$S05#b8");
  EXPECT_EQ(stub.receive("$?#00"), "-");
  EXPECT_EQ(stub.receive(frame("QStartNoAckMode")), "+$OK#9a");
  EXPECT_EQ(stub.receive("$?#3f"), "$S05#b8");
  EXPECT_EQ(stub.receive(frame("qSupported")).front(), '+');  // the next debugger
}

TEST(GdbStub, DescribesItsRegisters) {
  Gdb gdb("debugged");
  std::string xml;
  for (;;) {
    const std::string part =
        gdb.ask(fmt::format("qXfer:features:read:target.xml:{:x},100", xml.size()));
    xml += part.substr(1);
    if (part[0] == 'l') break;
    ASSERT_EQ(part[0], 'm');
  }
  EXPECT_EQ(xml, gdb_target_description());
  EXPECT_NE(xml.find("org.gnu.gdb.arm.m-profile"), std::string::npos);
  EXPECT_EQ(gdb.ask("g").size(), 2u * (17 * 4 + 16 * 8 + 7 * 4));
  EXPECT_EQ(gdb.reg(kPc), gdb.board.address("start"));
}

TEST(GdbStub, ReadsAndWritesRegisters) {
  Gdb gdb("debugged");
  EXPECT_EQ(gdb.ask("P0=78563412"), "OK");
  EXPECT_EQ(gdb.reg(0), 0x12345678u);
  EXPECT_EQ(gdb.ask("P11=0000803f00000040"), "OK");  // d0: s0 = 1, s1 = 2
  EXPECT_EQ(gdb.ask("p11"), "0000803f00000040");
  std::string all = gdb.ask("g");
  all.replace(8 * 1, 8, "efbeadde");
  EXPECT_EQ(gdb.ask("G" + all), "OK");
  EXPECT_EQ(gdb.reg(1), 0xDEADBEEFu);
  EXPECT_EQ(gdb.reg(kPc), gdb.board.address("start"));
  EXPECT_EQ(gdb.ask("p99"), "E16");
  EXPECT_EQ(gdb.ask("P0=12"), "E16");
}

TEST(GdbStub, ReadsAndWritesMemoryAndDevices) {
  Gdb gdb("debugged");
  EXPECT_EQ(gdb.ask("M20008000,5:0102030405"), "OK");
  EXPECT_EQ(gdb.ask("m20008001,3"), "020304");
  EXPECT_EQ(gdb.ask(std::string("X20008000,2:\x7d\x03\x23", 15)), "E16");  // 3 bytes, said 2
  EXPECT_EQ(gdb.ask("X20008000,2:#$"), "OK");                              // frame() escapes them
  EXPECT_EQ(gdb.ask("m20008000,2"), "2324");
  EXPECT_EQ(gdb.ask("X20008000,0:"), "OK");
  EXPECT_EQ(gdb.ask("me000ed00,4"), "71c20f41");  // CPUID
  EXPECT_EQ(gdb.ask("M40023830,4:04000000"), "OK");
  EXPECT_EQ(gdb.ask("m40023830,4"), "04000000");
  EXPECT_EQ(gdb.ask("m60000000,4"), "E0e");
  EXPECT_EQ(gdb.ask("M60000000,1:00"), "E0e");
  EXPECT_EQ(gdb.ask("m2004fffe,8"), "0000");  // as much as there is
}

TEST(GdbStub, BreakpointAndStep) {
  Gdb gdb("debugged");
  EXPECT_EQ(gdb.breakpoint('Z', "twice"), "OK");
  for (std::uint32_t i = 0; i < 3; ++i) {
    EXPECT_EQ(gdb.go("vCont;c"), "S05");
    EXPECT_EQ(gdb.reg(kPc), gdb.board.address("twice"));
    EXPECT_EQ(gdb.reg(0), i);
  }
  const std::uint64_t before = gdb.board.instructions();
  EXPECT_EQ(gdb.go("vCont;s:1"), "S05");
  EXPECT_EQ(gdb.go("s"), "S05");
  EXPECT_EQ(gdb.board.instructions(), before + 2);
  EXPECT_EQ(gdb.breakpoint('z', "twice"), "OK");
  EXPECT_EQ(gdb.breakpoint('Z', "debugged_wfi"), "OK");
  EXPECT_EQ(gdb.go("c"), "S05");
  EXPECT_EQ(gdb.reg(kPc), gdb.board.address("debugged_wfi"));
}

TEST(GdbStub, StepsOverSleep) {
  Gdb gdb("debugged");
  gdb.breakpoint('Z', "debugged_wfi");
  gdb.breakpoint('Z', "tick");
  gdb.go("c");
  EXPECT_EQ(gdb.go("s"), "S05");
  EXPECT_EQ(gdb.reg(kPc), gdb.board.address("debugged_wfi") + 2);
  EXPECT_EQ(gdb.go("s"), "S05");  // SysTick wakes it
  EXPECT_EQ(gdb.board.registers().xpsr & 0x1FF, 15u);
  EXPECT_EQ(gdb.go("c"), "S05");
  EXPECT_EQ(gdb.reg(kPc), gdb.board.address("tick"));
}

// The core stops before the access, whatever else lies on the page, and then goes past it.
TEST(GdbStub, Watchpoints) {
  Gdb gdb("watched");
  const std::uint32_t words = gdb.board.address("neighbours");
  const auto watch = [&](const char* what, std::uint32_t address, std::uint32_t size) {
    return gdb.ask(fmt::format("{},{:x},{:x}", what, address, size));
  };
  EXPECT_EQ(watch("Z2", words + 12, 1), "OK");  // the third word of STM
  EXPECT_EQ(gdb.go("c"), fmt::format("T05watch:{:x};", words + 12));
  EXPECT_EQ(gdb.ask("?"), fmt::format("T05watch:{:x};", words + 12));
  EXPECT_EQ(gdb.reg(kPc), gdb.board.address("watched_multiple"));
  EXPECT_EQ(*gdb.board.read_word(words + 12), 0u);
  EXPECT_EQ(gdb.go("s"), "S05");
  EXPECT_EQ(*gdb.board.read_word(words + 12), 9u);
  EXPECT_EQ(watch("z2", words + 12, 1), "OK");
  EXPECT_EQ(watch("Z2", words + 20, 4), "OK");
  EXPECT_EQ(watch("Z3", words + 21, 1), "OK");
  const std::string write = fmt::format("T05watch:{:x};", words + 20);
  const std::string read = fmt::format("T05rwatch:{:x};", words + 21);
  for (int pass = 0; pass < 2; ++pass) {
    EXPECT_EQ(gdb.go("c"), write);
    EXPECT_EQ(gdb.reg(kPc), gdb.board.address("watched_predicated"));
    EXPECT_EQ(gdb.go("vCont;c"), read);
    EXPECT_EQ(gdb.reg(kPc), gdb.board.address("watched_load"));
  }
  EXPECT_EQ(watch("z2", words + 20, 4), "OK");
  EXPECT_EQ(watch("z3", words + 21, 1), "OK");
  EXPECT_EQ(watch("Z4", words, 2), "OK");
  EXPECT_EQ(gdb.go("c"), fmt::format("T05awatch:{:x};", words));  // the load of `+=`
  EXPECT_EQ(gdb.go("c"), fmt::format("T05awatch:{:x};", words));  // and its store
  EXPECT_EQ(gdb.ask("D"), "OK");
  EXPECT_EQ(gdb.board.finish(), (Words{30, 7, 8, 9, 11, 8, 8, 0}));
  ScenarioBoard undisturbed("watched");
  undisturbed.finish();
  EXPECT_EQ(gdb.board.instructions(), undisturbed.instructions());
}

TEST(GdbStub, WatchesMemoryOnly) {
  Gdb gdb("write_const");
  EXPECT_EQ(gdb.ask("Z2,40023830,4"), "E0e");
  EXPECT_EQ(gdb.ask("Z3,60000000,4"), "E0e");
  EXPECT_EQ(gdb.ask("Z4,2004fffe,8"), "E0e");
  EXPECT_EQ(gdb.ask("Z2,20000000,0"), "E16");
  EXPECT_EQ(gdb.ask("Z2,20000000,ffffffff"), "E0e");
  // Of flash, where a store still faults.
  EXPECT_EQ(gdb.ask("Z3,8000000,100000"), "E0e");
  EXPECT_EQ(gdb.ask("Z2,8000000,10000"), "OK");
  EXPECT_EQ(gdb.go("c"), "S0b");
}

TEST(GdbStub, FaultsAreSignals) {
  Gdb gdb("debugged");
  EXPECT_EQ(gdb.go("c"), "S0b");
  EXPECT_EQ(gdb.reg(kPc), gdb.board.address("debugged_fault"));
  EXPECT_EQ(gdb.ask("?"), "S0b");
  EXPECT_EQ(gdb.go("C0b"), "S05");  // on to the handler, whose end is a BKPT
  EXPECT_EQ(gdb.board.registers().xpsr & 0x1FF, 3u);
  EXPECT_EQ(Gdb("undefined_instruction").go("c"), "S04");
  EXPECT_EQ(Gdb("missing_device").go("c"), "S0a");
  EXPECT_EQ(Gdb("hang").go("c"), "S06");
}

TEST(GdbStub, PassesOverBkpt) {
  Gdb gdb("busy_loop");
  const std::uint32_t start = gdb.board.address("start");
  gdb.ask(fmt::format("M{:x},4:00be00be", start));  // two of them
  EXPECT_EQ(gdb.go("c"), "S05");
  EXPECT_EQ(gdb.reg(kPc), start);
  EXPECT_EQ(gdb.go("s"), "S05");
  EXPECT_EQ(gdb.reg(kPc), start + 2);
  EXPECT_EQ(gdb.go("c"), "S05");
  EXPECT_EQ(gdb.reg(kPc), start + 2);
}

TEST(GdbStub, InterruptHalts) {
  Gdb gdb("busy_loop");
  EXPECT_EQ(gdb.ask("c"), "");
  EXPECT_EQ(gdb.stub.progressed(gdb.board.run({.milliseconds = 1})), "");
  EXPECT_EQ(gdb.stub.receive("\x03"), "$S02#b5");
  EXPECT_EQ(gdb.stub.state(), GdbStub::State::kHalted);
  EXPECT_EQ(gdb.stub.receive("\x03"), "");
}

TEST(GdbStub, ResetDetachKill) {
  Gdb gdb("debugged");
  gdb.breakpoint('Z', "twice");
  gdb.go("c");
  EXPECT_EQ(gdb.ask("qRcmd," + to_hex("reset")), "OK");
  EXPECT_EQ(gdb.reg(kPc), gdb.board.address("start"));
  EXPECT_EQ(gdb.reg(kSp), 0x20001000u);
  EXPECT_NE(gdb.ask("qRcmd," + to_hex("flash")), "OK");
  EXPECT_EQ(gdb.ask("D"), "OK");
  EXPECT_EQ(gdb.stub.state(), GdbStub::State::kDetached);
  EXPECT_EQ(gdb.board.run().reason, StopReason::kBreakpoint);  // the scenario's end, not `twice`
  EXPECT_EQ(gdb.ask("?"), "S05");                              // and a debugger comes back
  gdb.ask("k");
  EXPECT_EQ(gdb.stub.state(), GdbStub::State::kKilled);
}

// Whatever arrives, the stub answers or not, and lives.
TEST(GdbStub, SurvivesGarbage) {
  Gdb gdb("debugged");
  for (const char* packet : {"",
                             "m",
                             "m,",
                             "m1",
                             "m1,",
                             "m1,zz",
                             "m0,ffffffff",
                             "mffffffff,2",
                             "m123456789,1",
                             "M",
                             "M0",
                             "M0,4",
                             "M0,4:",
                             "M0,4:0",
                             "M0,4:zzzzzzzz",
                             "X",
                             "X0,1",
                             "X0,2:a",
                             "G",
                             "G00",
                             "p",
                             "pzz",
                             "P",
                             "P0",
                             "P0=",
                             "P0=0",
                             "Pff=00000000",
                             "Z",
                             "Z0",
                             "Z0,",
                             "Z0,0",
                             "Z9,0,2",
                             "z",
                             "z0,1,",
                             "vCont",
                             "vCont;",
                             "vCont;x",
                             "C",
                             "Czz",
                             "czz",
                             "C05;zz",
                             "S",
                             "szz",
                             "qXfer:features:read:target.xml:",
                             "qXfer:features:read:target.xml:0",
                             "qXfer:features:read:target.xml:fffff,1",
                             "qXfer:features:read:other.xml:0,1",
                             "qRcmd,",
                             "qRcmd,7",
                             "v",
                             "q",
                             "Q",
                             "H",
                             "!",
                             "vMustReplyEmpty"}) {
    gdb.ask(packet);
    ASSERT_EQ(gdb.stub.state(), GdbStub::State::kHalted) << packet;
  }
  EXPECT_EQ(gdb.ask("vMustReplyEmpty"), "");
  gdb.stub.receive("$" + std::string(3 * kPacketSize, 'x'));  // never ends
  EXPECT_EQ(gdb.stub.receive("#00"), "");
  EXPECT_EQ(gdb.ask("?"), "S05");
  std::mt19937 random(1);
  const std::string_view letters = "$#+-}*,;:=?gGpPmMXcsCSzZDHTvq0123456789abcdef\x03";
  for (int i = 0; i < 20'000 && gdb.stub.state() != GdbStub::State::kKilled; ++i) {
    std::string data;
    for (unsigned j = random() % 12; j > 0; --j) data += letters[random() % letters.size()];
    gdb.stub.receive(i % 2 ? data : frame(data));
  }
}

}  // namespace
}  // namespace simulator
