// Round trips of the article's protocol over TCP to `solder serve`, our MNIST network behind it.
#include <benchmark/benchmark.h>

#include <cstring>
#include <stdexcept>

#include "client/port.h"
#include "compiler/data/files.h"
#include "schema/article_generated.h"
#include "tests/support/program.h"

namespace solder::tests {
namespace {

constexpr size_t kReplyBytes = 92;

void article_round_trip(benchmark::State& state) {
  Background program(
      {"serve", repository() / "models/mnist/mnist.tflite", "--port", "0", "--tcp", "0"});
  const auto port = client::open_port(program.wait_for(".tflite at "));
  const auto pixels = compiler::read_file(repository() / "models/digit/digit.f32");
  MnistProt::CommandsT commands;
  commands.cmd = MnistProt::Command_CMD_INFERENCE_INPUT;
  commands.input = std::make_unique<MnistProt::InferenceInputT>();
  commands.input->digit.resize(pixels.size() / sizeof(float));
  std::memcpy(commands.input->digit.data(), pixels.data(), pixels.size());
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(MnistProt::Commands::Pack(builder, &commands));
  for (auto iteration : state) {
    port->write({builder.GetBufferPointer(), builder.GetSize()});
    uint8_t reply[1024];
    if (port->read(reply, 5000) != kReplyBytes ||
        MnistProt::GetCommands(reply)->ouput()->output_f()->Get(3) < 0.99F)
      throw std::runtime_error("another reply than the one to this digit");
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(article_round_trip)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace solder::tests
