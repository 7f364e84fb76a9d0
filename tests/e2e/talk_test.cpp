// `solder talk` and the article's client, over TCP and a pseudo-terminal, to the programs that
// answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "client/port.h"
#include "compiler/data/files.h"
#include "compiler/exporters/tflite/tflite_exporter.h"
#include "schema/article_generated.h"
#include "tests/support/program.h"

namespace solder::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string in_repository(const char* path) { return repository() / path; }

std::string digit() { return in_repository("models/digit/digit.f32"); }

TEST(Serve, AnswersBothProtocolsOverTcp) {
  Background program(
      {"serve", in_repository("models/mnist/mnist.tflite"), "--port", "0", "--tcp", "0"});
  const std::string address = program.wait_for(".tflite at ");

  MnistProt::CommandsT commands;
  commands.cmd = MnistProt::Command_CMD_INFERENCE_INPUT;
  commands.input = std::make_unique<MnistProt::InferenceInputT>();
  const auto pixels = compiler::read_file(digit());
  commands.input->digit.resize(pixels.size() / sizeof(float));
  std::memcpy(commands.input->digit.data(), pixels.data(), pixels.size());
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(MnistProt::Commands::Pack(builder, &commands));
  {
    const auto port = client::open_port(address);
    for (int i = 0; i < 10; ++i) {
      port->write({builder.GetBufferPointer(), builder.GetSize()});
      uint8_t reply[1024];
      ASSERT_EQ(port->read(reply, 5000), 92);
      EXPECT_GT(MnistProt::GetCommands(reply)->ouput()->output_f()->Get(3), 0.99F);
    }
  }
  const auto result = solder_json({"talk", address, "infer", "--input", digit()});
  EXPECT_GT(result["outputs"][0][3], 0.99);
}

// Neither fits into a frame.
TEST(Talk, CarriesTensorsOfAnySize) {
  constexpr int32_t kElements = 5000;
  compiler::Graph graph;
  const int input = graph.add_tensor({.name = "in", .shape = {1, {kElements}}});
  const int output = graph.add_tensor({.name = "out", .shape = {1, {kElements}}});
  graph.operators.push_back({OperatorType::RELU, {input}, {output}, {}});
  graph.inputs = {input};
  graph.outputs = {output};
  std::vector<float> values(kElements), expected(kElements);
  for (int32_t i = 0; i < kElements; ++i) {
    values[static_cast<size_t>(i)] = static_cast<float>(i % 7 - 3) * static_cast<float>(i);
    expected[static_cast<size_t>(i)] = std::max(0.0F, values[static_cast<size_t>(i)]);
  }
  const auto folder = fresh_folder("large_tensors");
  compiler::write_file(folder / "relu.tflite", compiler::export_tflite(graph));
  const auto* bytes = reinterpret_cast<const uint8_t*>(values.data());
  compiler::write_file(folder / "in.f32", {bytes, values.size() * sizeof(float)});

  Background program({"serve", folder / "relu.tflite", "--port", "0", "--tcp", "0"});
  const auto result =
      solder_json({"talk", program.wait_for(".tflite at "), "infer", "--input", folder / "in.f32"});
  EXPECT_EQ(result["outputs"][0].get<std::vector<float>>(), expected);
}

TEST(Talk, WorksOverAPseudoTerminal) {
  Background program({"board", "run",
                      in_repository("build/firmware/stm32f746g-disco/mnist-interpreter.elf"),
                      "--console", "tcp:0", "--uart7", "pty"});
  const std::string port = program.wait_for("UART7 is ");
  EXPECT_EQ(solder_json({"talk", port, "info"})["board"], "stm32f746g-disco");
  EXPECT_GT(solder_json({"talk", port, "infer", "--input", digit()})["outputs"][0][3], 0.99);
  const auto profile = solder_json({"talk", port, "profile"});
  EXPECT_EQ(profile.size(), 8);
  EXPECT_EQ(profile[0]["type"], "CONV_2D");
  EXPECT_EQ(solder({"talk", port, "reset"}).exit_code, 0);
  EXPECT_THAT(solder({"talk", port, "infer", "--input", in_repository("README.md")}).output,
              AllOf(HasSubstr("README.md: "), HasSubstr("FLOAT32 1x28x28x1: 3136 bytes")));
}

// As TensorFlow 1.x quantized: UINT8, and weights with a zero point.
compiler::Graph legacy_model() {
  compiler::Graph graph;
  const auto add = [&graph](const char* name, const Shape& shape, float scale, int64_t zero_point) {
    return graph.add_tensor({.name = name,
                             .type = TensorType::UINT8,
                             .shape = shape,
                             .quantization = {{scale}, {zero_point}, 0}});
  };
  const int input = add("in", {4, {1, 8, 8, 2}}, 0.1F, 120);
  const int filter = add("filter", {4, {4, 3, 3, 2}}, 0.02F, 117);
  const int image = add("image", {4, {1, 6, 6, 4}}, 0.05F, 100);
  const int pooled = add("pooled", {4, {1, 3, 3, 4}}, 0.05F, 100);
  for (int i = 0; i < 72; ++i)
    graph.tensors[static_cast<size_t>(filter)].data.push_back(static_cast<uint8_t>(i * 37));
  compiler::Tensor bias = compiler::int32_constant("bias", std::vector<int32_t>{100, -50, 0, 7});
  bias.quantization = {{0.002F}, {0}, 0};
  const int offsets = graph.add_tensor(std::move(bias));
  graph.operators.push_back(
      {OperatorType::CONV_2D, {input, filter, offsets}, {image}, {.padding = Padding::VALID}});
  graph.operators.push_back(
      {OperatorType::AVERAGE_POOL_2D,
       {image},
       {pooled},
       {.padding = Padding::VALID, .stride_h = 2, .stride_w = 2, .filter_h = 2, .filter_w = 2}});
  graph.inputs = {input};
  graph.outputs = {pooled};
  return graph;
}

TEST(Talk, UploadsALegacyModel) {
  const auto folder = fresh_folder("legacy");
  const auto model = folder / "legacy.tflite", input = folder / "in.u8";
  compiler::write_file(model, compiler::export_tflite(legacy_model()));
  std::vector<uint8_t> values(128);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<uint8_t>(i * 29);
  compiler::write_file(input, values);
  ASSERT_EQ(solder({"run", model, "--input", input, "--output", folder / "host.u8"}).exit_code, 0);

  Background board({"board", "run",
                    in_repository("build/firmware/stm32f746g-disco/mnist-interpreter.elf"),
                    "--console", "tcp:0", "--uart7", "pty"});
  const std::string port = board.wait_for("UART7 is ");
  const auto upload = solder({"talk", port, "upload", model});
  ASSERT_EQ(upload.exit_code, 0) << upload.output;
  const auto infer =
      solder({"talk", port, "infer", "--input", input, "--output", folder / "board.u8"});
  ASSERT_EQ(infer.exit_code, 0) << infer.output;
  EXPECT_EQ(compiler::read_file(folder / "board.u8"), compiler::read_file(folder / "host.u8"));
}

// The image for 2 Mbaud, and a client that speaks it: `arguments` say what the board is told.
std::string printed_at_2_mbaud(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(),
                   {"board", "run",
                    in_repository("build/firmware/stm32f746g-disco/mnist-interpreter-2mbaud.elf"),
                    "--console", "tcp:0", "--uart7", "pty"});
  Background program(arguments);
  const std::string port = program.wait_for("UART7 is ");
  EXPECT_GT(solder_json(
                {"talk", port, "--baud", "2000000", "infer", "--input", digit()})["outputs"][0][3],
            0.99);
  return program.printed();
}

TEST(Talk, At2Mbaud) {
  EXPECT_THAT(printed_at_2_mbaud({"--uart7-baud", "2000000"}), Not(HasSubstr("board:")));
  EXPECT_THAT(printed_at_2_mbaud({}),
              HasSubstr("UART7 runs at 2000000 bit/s, the other end at 115200: it would read "
                        "garbage"));
  EXPECT_THAT(solder({"board", "run", "no.elf", "--uart7-baud", "9600"}).output,
              HasSubstr("--uart7-baud requires --uart7"));
}

TEST(Monitor, ShowsLinesWithTheirTimesAndKeepsALog) {
  const auto log = fresh_folder("monitor") / "log.txt";
  Background board({"board", "run", in_repository("build/firmware/stm32f746g-disco/mnist.elf"),
                    "--console", "tcp:0", "--uart7", "tcp:0"});
  const std::string console = board.wait_for("USART6 is "), messages = board.wait_for("UART7 is ");
  Background monitor({"monitor", console, messages, "--log", log});
  monitor.type("info\n");
  EXPECT_EQ(monitor.wait_for("console  core clock: "), "216000000");
  const auto bytes = compiler::read_file(log);
  EXPECT_THAT(std::string(bytes.begin(), bytes.end()), HasSubstr("core clock: 216000000 Hz"));
}

TEST(Talk, SaysWhatIsWrongWithThePort) {
  const auto told = [](const std::string& port) {
    const auto finished = solder({"talk", port, "info"});
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_EQ(std::count(finished.output.begin(), finished.output.end(), '\n'), 1);
    return finished.output;
  };
  EXPECT_THAT(told("/dev/ttyNone"), HasSubstr("cannot be opened (No such file"));
  EXPECT_THAT(told(digit()), HasSubstr("serial ports are in /dev/serial/by-id"));
  EXPECT_THAT(told("tcp:127.0.0.1:1"), HasSubstr("nobody listens there"));
  EXPECT_THAT(told("tcp:no-such-host.invalid:1"), HasSubstr("no such host"));
  EXPECT_THAT(told("tcp:nonsense"), HasSubstr("as in tcp:127.0.0.1:4001"));
  // A terminal at which nobody answers.
  Background board({"board", "run", in_repository("build/firmware/stm32f746g-disco/mnist.elf"),
                    "--console", "pty", "--uart7", "tcp:0"});
  EXPECT_THAT(told(board.wait_for("USART6 is ")), HasSubstr("does not answer"));
}

}  // namespace
}  // namespace solder::tests
