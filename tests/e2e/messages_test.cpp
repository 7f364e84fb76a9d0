// The firmware's port for messages, on the virtual board: the project's protocol, the article's,
// and uploads that are cut off at every moment.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>

#include "cli/common/board_port.h"
#include "client/board.h"
#include "compiler/data/files.h"
#include "compiler/exporters/tflite/tflite_exporter.h"
#include "schema/article_generated.h"
#include "simulator/timing/cortex_m7.h"
#include "tests/support/program.h"
#include "tests/support/small_models.h"

namespace solder::tests {
namespace {

using client::Bytes;
using testing::HasSubstr;

constexpr uint32_t kSlotA = 0x08020000, kSlotB = 0x08080000, kFlashEnd = 0x08100000;

simulator::Image image(const std::string& name) {
  return simulator::Image::load(repository() /
                                ("build/firmware/stm32f746g-disco/" + name + ".elf"));
}

const simulator::BoardDescription& disco() { return *simulator::find_board("stm32f746g-disco"); }

// A board that has booted, with the line to it.
struct Running {
  explicit Running(const std::string& name, bool with_timing = false)
      : board(with_timing ? simulator::Board(disco(), image(name),
                                             std::make_unique<simulator::CortexM7Timing>())
                          : simulator::Board(disco(), image(name))) {}

  std::unique_ptr<client::Board> connect() {
    auto line = std::make_unique<cli::BoardPort>(board);
    port = line.get();
    return std::make_unique<client::Board>(std::move(line));
  }
  // What the board answers to these bytes within so many simulated milliseconds.
  Bytes answer_to(const Bytes& bytes, int milliseconds) {
    cli::BoardPort line(board);
    line.write(bytes);
    Bytes answer;
    const double end = board.milliseconds() + milliseconds;
    while (board.milliseconds() < end) {
      uint8_t room[256];
      const size_t size = line.read(room, 1);
      answer.insert(answer.end(), room, room + size);
    }
    return answer;
  }

  simulator::Board board;
  cli::BoardPort* port = nullptr;
};

Bytes digit() { return compiler::read_file(repository() / "models/digit/digit.f32"); }

std::vector<float> floats(const Bytes& bytes) {
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

// The article's request for an inference of this digit, and for the statistics without one.
Bytes article_request(const std::vector<float>& pixels) {
  MnistProt::CommandsT commands;
  if (!pixels.empty()) {
    commands.cmd = MnistProt::Command_CMD_INFERENCE_INPUT;
    commands.input = std::make_unique<MnistProt::InferenceInputT>();
    commands.input->digit = pixels;
  }
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(MnistProt::Commands::Pack(builder, &commands));
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

class Doors : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Messages, Doors, testing::Values("mnist", "mnist-interpreter"),
                         [](const auto& test) {
                           return test.param == std::string("mnist") ? "compiled" : "interpreter";
                         });

TEST_P(Doors, InferAndTellTheirTimes) {
  Running running(GetParam());
  const auto board = running.connect();
  ASSERT_TRUE(board->info().model);
  EXPECT_EQ(board->info().board, "stm32f746g-disco");
  EXPECT_EQ(board->info().model->inputs.at(0)->shape, (std::vector<int32_t>{1, 28, 28, 1}));
  const auto result = board->infer({digit()});
  const auto values = floats(result.outputs.at(0));
  EXPECT_EQ(std::ranges::max_element(values) - values.begin(), 3);
  EXPECT_GT(values[3], 0.99F);
  uint64_t cycles = 0;
  for (const auto& step : board->profile()) cycles += step.cycles;
  EXPECT_NEAR(static_cast<double>(cycles), result.cycles, 0.01 * result.cycles);
}

TEST_P(Doors, AnswerTheArticlesClient) {
  Running running(GetParam());
  running.answer_to({}, 100);
  const Bytes stats = running.answer_to(article_request({}), 300);
  EXPECT_LE(stats.size(), 100);
  ASSERT_FALSE(stats.empty());
  EXPECT_EQ(MnistProt::GetCommands(stats.data())->stats()->freq(), 216'000'000);

  const Bytes reply = running.answer_to(article_request(floats(digit())), 1000);
  ASSERT_EQ(reply.size(), 92);
  const auto& output = *MnistProt::GetCommands(reply.data())->ouput();
  EXPECT_EQ(MnistProt::GetCommands(reply.data())->cmd(), MnistProt::Command_CMD_INFERENCE_OUTPUT);
  ASSERT_EQ(output.output_f()->size(), 10);
  EXPECT_EQ(output.output_n(), 10);
  EXPECT_GT(output.output_f()->Get(3), 0.99F);
  EXPECT_GT(output.timer_ms(), 1);

  // Another size has no answer, and both protocols go on.
  EXPECT_TRUE(running.answer_to(article_request({1, 2, 3}), 300).empty());
  const auto board = running.connect();
  EXPECT_EQ(board->info().damaged_frames, 0);
  EXPECT_EQ(running.answer_to(article_request({}), 300), stats);
}

// Bytes on the wire at 115200 baud, the inference, and 2 ms.
TEST(Messages, AnInferenceTakesTheWiresTimeAndItsOwn) {
  Running running("mnist", true);
  const auto board = running.connect();
  board->info();
  const double start = running.board.milliseconds();
  const size_t bytes_before = running.port->bytes_written() + running.port->bytes_read();
  const auto result = board->infer({digit()});
  const size_t bytes = running.port->bytes_written() + running.port->bytes_read() - bytes_before;
  const double taken = running.port->last_byte_ms() - start;
  const double wire = static_cast<double>(bytes) * 10 * 1000 / 115200;
  RecordProperty("milliseconds", std::to_string(taken - wire - result.milliseconds));
  EXPECT_LT(taken, wire + result.milliseconds + 2);
}

TEST(Messages, TenThousandMutatedOnesDoNoHarm) {
  Running running("mnist-interpreter");
  std::mt19937 random(1);
  Bytes wire;
  protocol::Requester requester(
      {}, [](void* to, uint8_t byte) { static_cast<Bytes*>(to)->push_back(byte); }, &wire);
  const auto frame_of = [&](const Bytes& payload) {
    std::ranges::copy(payload,
                      requester.payload_room().end() - static_cast<ptrdiff_t>(payload.size()));
    requester.start(static_cast<uint32_t>(payload.size()), 0);
    return std::exchange(wire, {});
  };
  const auto mutate = [&](Bytes bytes) {
    for (uint32_t flips = 1 + random() % 4; flips > 0; --flips)
      bytes[random() % bytes.size()] ^= static_cast<uint8_t>(1U << random() % 8);
    return bytes;
  };
  messages::MessageT message;
  messages::WriteRequestT write;
  write.data = Bytes(40, 1);
  message.request.Set(write);
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(messages::Message::Pack(builder, &message), messages::MessageIdentifier());
  const Bytes good(builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize());

  { running.connect()->info(); }
  cli::BoardPort line(running.board);
  uint8_t room[4096];
  for (int i = 0; i < 10'000; ++i) {
    // A third each: damaged on the wire, damaged before it was framed, and the article's.
    if (i % 3 == 0) {
      line.write(mutate(frame_of(good)));
    } else if (i % 3 == 1) {
      requester.begin(1);
      line.write(frame_of(mutate(good)));
    } else {
      line.write(mutate(article_request(std::vector<float>(8, 0.5F))));
      if (i % 10 == 0) line.read(room, 15);
    }
    line.read(room, 1);
  }
  while (running.board.serial("UART7").unreceived() > 0) line.read(room, 1000);
  const auto board = running.connect();
  EXPECT_EQ(board->infer({digit()}).outputs.size(), 1);
  EXPECT_EQ(running.board.fault_count(), 0);
}

TEST(Upload, SwitchesToTheNewModelAndStaysThere) {
  Running running("mnist-interpreter");
  const auto board = running.connect();
  const Bytes model = compiler::export_tflite(small_model(TensorType::INT8));
  size_t told = 0;
  board->upload(model, [&](size_t done) { told = done; });
  EXPECT_EQ(told, model.size());
  for (const bool after_reset : {false, true}) {
    if (after_reset) board->reset();
    const client::Info& info = board->info();
    ASSERT_EQ(info.slots.size(), 2);
    EXPECT_EQ(info.slots[0]->state, messages::SlotState_VALID);
    EXPECT_EQ(info.slots[1]->state, messages::SlotState_ACTIVE);
    EXPECT_EQ(info.slots[1]->bytes, model.size());
    EXPECT_EQ(info.model->inputs.at(0)->shape, (std::vector<int32_t>{1, 6, 6, 2}));
    EXPECT_EQ(board->infer({Bytes(72)}).outputs.size(), 1);
  }
  // And into the other slot.
  board->upload(compiler::export_tflite(small_model(TensorType::FLOAT32)));
  EXPECT_EQ(board->info().slots[0]->state, messages::SlotState_ACTIVE);
  EXPECT_EQ(board->infer({Bytes(72 * sizeof(float))}).outputs.at(0).size(), 4 * sizeof(float));
}

std::string refusal(client::Board& board, const Bytes& model,
                    const std::function<void(size_t)>& progress = {}) {
  try {
    board.upload(model, progress);
  } catch (const client::BoardError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Upload, RefusesWithTheReasonAndKeepsTheOldModel) {
  Running running("mnist-interpreter");
  const auto board = running.connect();
  const Bytes model = compiler::export_tflite(small_model(TensorType::INT8));
  EXPECT_THAT(refusal(*board, Bytes(600'000)), HasSubstr("fewer bytes: 524256"));
  EXPECT_THAT(refusal(*board, Bytes(model.begin(), model.end() - 40)), HasSubstr("UART7: "));
  EXPECT_THAT(refusal(*board, Bytes(1000, 7)), HasSubstr("TFL3"));
  compiler::Graph odd = small_model(TensorType::INT8);
  odd.operators.back().type = OperatorType::NEG;
  EXPECT_THAT(refusal(*board, compiler::export_tflite(odd)), HasSubstr("(operator "));
  EXPECT_THAT(refusal(*board, model,
                      [&](size_t) {
                        const uint8_t zero = 0;
                        running.board.write(kSlotB + 100, {&zero, 1});
                      }),
              HasSubstr("CRC-32"));
  EXPECT_GT(floats(board->infer({digit()}).outputs.at(0))[3], 0.99F);
  EXPECT_EQ(board->info().slots[1]->state, messages::SlotState_EMPTY);

  Running compiled("mnist");
  EXPECT_THAT(refusal(*compiled.connect(), model), HasSubstr("takes no models"));
}

// After each word that an upload writes: what a board with that flash does.
TEST(Upload, CutOffAnywhereLeavesTheOldModelOrTheNew) {
  Running running("mnist-interpreter");
  struct Change {
    uint32_t offset;
    Bytes bytes;
  };
  std::vector<Change> changes;
  running.board.on_flash_change([&](uint32_t offset, uint32_t size) {
    Bytes bytes(size);
    running.board.read(0x08000000 + offset, bytes);
    changes.push_back({offset, std::move(bytes)});
  });
  const auto uploader = running.connect();
  const Bytes model = compiler::export_tflite(small_model(TensorType::INT8));
  uploader->upload(model);
  ASSERT_GT(changes.size(), 200);

  Bytes flash(kFlashEnd - kSlotA);
  Running(std::string("mnist-interpreter")).board.read(kSlotA, flash);
  Running cut("mnist-interpreter");
  bool was_new = false;
  for (size_t i = 0; i < changes.size(); ++i) {
    std::ranges::copy(changes[i].bytes, flash.begin() + changes[i].offset - (kSlotA - 0x08000000));
    cut.board.write(kSlotA, flash);
    cut.board.reset();
    const auto board = cut.connect();
    const client::Info& info = board->info();
    ASSERT_TRUE(info.model) << "after write " << i << ": " << info.problem;
    const bool is_new = info.slots[1]->state == messages::SlotState_ACTIVE;
    EXPECT_TRUE(is_new || !was_new) << "after write " << i;
    was_new = is_new;
    EXPECT_EQ(info.model->inputs.at(0)->bytes, is_new ? 72 : digit().size());
    if (i % 8 != 0) continue;  // an inference takes longer than all the rest
    const auto output = board->infer({is_new ? Bytes(72) : digit()}).outputs.at(0);
    EXPECT_TRUE(is_new || floats(output)[3] > 0.99F) << "after write " << i;
  }
  EXPECT_TRUE(was_new);
  RecordProperty("cuts", static_cast<int>(changes.size()));
}

}  // namespace
}  // namespace solder::tests
