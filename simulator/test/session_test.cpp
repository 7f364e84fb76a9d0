#include "simulator/console/session.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "simulator/test/board_test.h"
#include "simulator/test/script_endpoint.h"

namespace simulator {
namespace {

TEST(Session, SendsTextThenInputThenEnds) {
  ScenarioBoard board("uart_echo");
  std::string output;
  Session session(board);
  session.connect("USART6", std::make_unique<ScriptEndpoint>("second\n", output));
  session.send("first\n");
  EXPECT_EQ(session.run().reason, StopReason::kTimeLimit);
  EXPECT_EQ(output, "first\nsecond\n");
  EXPECT_EQ(board.serial("USART6").overruns(), 0u);
}

TEST(Session, LastsAsLongAsAsked) {
  ScenarioBoard board("uart_echo");
  std::string output;
  Session session(board);
  session.connect("USART6", std::make_unique<ScriptEndpoint>("", output));
  session.set_duration(123);
  session.run();
  EXPECT_NEAR(board.milliseconds(), 123, 0.01);
}

TEST(Session, EndsWithTheFirmware) {
  ScenarioBoard board("lock_up");
  std::string output;
  Session session(board);
  session.connect("USART6", std::make_unique<ScriptEndpoint>("", output));
  EXPECT_EQ(session.run().reason, StopReason::kLockup);
}

TEST(Endpoint, PseudoTerminalCarriesBytes) {
  const auto endpoint = make_endpoint("pty");
  const int fd = open(endpoint->address().c_str(), O_RDWR | O_NOCTTY);
  ASSERT_GE(fd, 0);
  ASSERT_EQ(write(fd, "a\r\n", 3), 3);
  EXPECT_EQ(endpoint->read(), "a\r\n");
  endpoint->write("b\n");
  char buffer[8];
  EXPECT_EQ(read(fd, buffer, sizeof buffer), 2);
  close(fd);
}

TEST(Endpoint, BadAddresses) {
  for (const char* bad : {"", "file", "tcp:", "tcp:x", "tcp:70000", "tcp:-1", "tcp:1x"}) {
    EXPECT_THROW(make_endpoint(bad), std::runtime_error) << bad;
  }
}

TEST(Endpoint, TcpPortInUse) {
  const auto first = make_endpoint("tcp:0");
  const std::string port = first->address().substr(first->address().rfind(':') + 1);
  EXPECT_NE(port, "0");
  EXPECT_THROW(make_endpoint("tcp:" + port), std::runtime_error);
}

}  // namespace
}  // namespace simulator
