#include "protocol/article.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>
#include <vector>

#include "protocol/flat_writer.h"
#include "schema/article_generated.h"
#include "schema/messages_generated.h"

namespace solder::protocol {
namespace {

using MnistProt::Commands;

struct Room {
  alignas(8) uint8_t bytes[kArticleReplyBytes];
};

std::unique_ptr<MnistProt::CommandsT> unpack(std::span<const uint8_t> message) {
  flatbuffers::Verifier verifier(message.data(), message.size());
  if (!MnistProt::VerifyCommandsBuffer(verifier)) return nullptr;
  return std::unique_ptr<MnistProt::CommandsT>(MnistProt::GetCommands(message.data())->UnPack());
}

std::vector<uint8_t> request(MnistProt::Command command, size_t digit_size) {
  MnistProt::CommandsT commands;
  commands.cmd = command;
  if (digit_size > 0) {
    commands.input = std::make_unique<MnistProt::InferenceInputT>();
    commands.input->digit.resize(digit_size);
    std::iota(commands.input->digit.begin(), commands.input->digit.end(), 0.0F);
  }
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(Commands::Pack(builder, &commands));
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

TEST(Article, ReadsBothRequests) {
  EXPECT_EQ(read_article_request(request(MnistProt::Command_CMD_GET_STATS, 0)).kind,
            ArticleRequest::kStats);
  const auto bytes = request(MnistProt::Command_CMD_INFERENCE_INPUT, 784);
  const ArticleRequest infer = read_article_request(bytes);
  EXPECT_EQ(infer.kind, ArticleRequest::kInfer);
  ASSERT_EQ(infer.digit.size(), 784);
  EXPECT_EQ(infer.digit[783], 783);
}

TEST(Article, RefusesEverythingElse) {
  EXPECT_EQ(read_article_request({}).kind, ArticleRequest::kNone);
  EXPECT_EQ(read_article_request(request(MnistProt::Command_CMD_INFERENCE_INPUT, 0)).kind,
            ArticleRequest::kNone);
  EXPECT_EQ(read_article_request(request(MnistProt::Command_CMD_INFERENCE_OUTPUT, 0)).kind,
            ArticleRequest::kNone);
  const auto good = request(MnistProt::Command_CMD_INFERENCE_INPUT, 20);
  for (size_t size = 0; size + 1 < good.size(); ++size)
    EXPECT_EQ(read_article_request(std::span(good).first(size)).digit.size(), 0) << size;
  std::mt19937 random(1);
  for (int i = 0; i < 10'000; ++i) {
    auto bad = good;
    bad[random() % bad.size()] ^= static_cast<uint8_t>(1U << random() % 8);
    const auto digit = std::as_bytes(read_article_request(bad).digit);
    const auto message = std::as_bytes(std::span(bad));
    EXPECT_TRUE(digit.empty() || (digit.data() >= message.data() &&
                                  digit.data() + digit.size() <= message.data() + message.size()))
        << i;
  }
}

TEST(Article, StatsFitTheClientsBuffer) {
  Room room;
  const auto reply = write_article_stats(100, 216'000'000, room.bytes);
  EXPECT_LE(reply.size(), 100);
  const auto commands = unpack(reply);
  ASSERT_TRUE(commands && commands->stats);
  EXPECT_EQ(commands->cmd, MnistProt::Command_CMD_GET_STATS);
  EXPECT_EQ(commands->stats->version, 100);
  EXPECT_EQ(commands->stats->freq, 216'000'000);
  EXPECT_EQ(commands->stats->mode, MnistProt::Mode_ACCELERATION_NONE);
}

TEST(Article, TenOutputsAre92Bytes) {
  for (const size_t count : {0, 1, 10, 255}) {
    std::vector<float> outputs(count);
    std::iota(outputs.begin(), outputs.end(), 0.5F);
    Room room;
    const auto reply = write_article_output(outputs, 12.25F, room.bytes);
    EXPECT_EQ(reply.size(), 52 + 4 * count);
    const auto commands = unpack(reply);
    ASSERT_TRUE(commands && commands->ouput);
    EXPECT_EQ(commands->cmd, MnistProt::Command_CMD_INFERENCE_OUTPUT);
    EXPECT_EQ(commands->ouput->output_f, outputs);
    EXPECT_EQ(commands->ouput->output_n, count);
    EXPECT_EQ(commands->ouput->timer_ms, 12.25F);
  }
}

TEST(FlatWriter, WritesWhatTheLibraryReads) {
  alignas(8) uint8_t room[1024];
  FlatWriter writer(room);
  const int32_t dims[] = {1, 28, 28, 1};
  std::vector<FlatWriter::Offset> tensors;
  for (const char* name : {"in", "a longer name"}) {
    const auto name_offset = writer.string(name);
    const auto shape = writer.vector(std::span<const int32_t>(dims));
    FlatWriter::Table table(writer);
    table.reference(messages::Tensor::VT_NAME, name_offset);
    table.reference(messages::Tensor::VT_SHAPE, shape);
    table.scalar(messages::Tensor::VT_SCALE, 0.5F);
    tensors.push_back(table.end());
  }
  const auto inputs = writer.references(tensors);
  FlatWriter::Table model(writer);
  model.reference(messages::Model::VT_INPUTS, inputs);
  const auto model_offset = model.end();
  FlatWriter::Table error(writer);
  error.scalar(messages::ErrorReply::VT_DETAIL, int64_t{-5'000'000'000});
  error.scalar(messages::ErrorReply::VT_OPERATOR_INDEX, -1, -1);
  const auto error_offset = error.end();
  (void)error_offset;
  FlatWriter::Table info(writer);
  info.reference(messages::InfoReply::VT_MODEL, model_offset);
  const auto info_offset = info.end();
  FlatWriter::Table message(writer);
  message.reference(messages::Message::VT_REPLY, info_offset);
  message.scalar(messages::Message::VT_REPLY_TYPE, static_cast<uint8_t>(messages::Reply_InfoReply));
  const auto bytes = writer.finish(message.end(), messages::MessageIdentifier());

  flatbuffers::Verifier verifier(bytes.data(), bytes.size());
  ASSERT_TRUE(messages::VerifyMessageBuffer(verifier));
  EXPECT_TRUE(messages::MessageBufferHasIdentifier(bytes.data()));
  const auto unpacked =
      std::unique_ptr<messages::MessageT>(messages::GetMessage(bytes.data())->UnPack());
  const auto& tensor = *unpacked->reply.AsInfoReply()->model->inputs[1];
  EXPECT_EQ(tensor.name, "a longer name");
  EXPECT_EQ(tensor.shape, std::vector<int32_t>(dims, dims + 4));
  EXPECT_EQ(tensor.scale, 0.5F);
  EXPECT_EQ(tensor.zero_point, 0);
}

TEST(FlatWriter, SaysWhenItIsFull) {
  alignas(8) uint8_t room[64];
  for (size_t size = 0; size < 80; ++size) {
    FlatWriter writer(room);
    const std::vector<uint8_t> data(size);
    const auto vector = writer.vector(std::span<const uint8_t>(data));
    FlatWriter::Table table(writer);
    table.reference(messages::DataReply::VT_DATA, vector);
    const auto bytes = writer.finish(table.end());
    EXPECT_EQ(bytes.empty(), size > 40) << size;
  }
}

TEST(FlatWriter, CutsStringsAndLeavesOutAbsentOnes) {
  alignas(8) uint8_t room[64];
  FlatWriter writer(room);
  EXPECT_EQ(writer.string(nullptr), 0);
  const auto text = writer.string("abcdefgh", 3);
  FlatWriter::Table table(writer);
  table.reference(messages::ErrorReply::VT_MESSAGE, text);
  const auto bytes = writer.finish(table.end());
  EXPECT_EQ(flatbuffers::GetRoot<messages::ErrorReply>(bytes.data())->message()->str(), "abc");
}

}  // namespace
}  // namespace solder::protocol
