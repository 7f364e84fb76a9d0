#include "protocol/article.h"

#include <algorithm>
#include <cstring>

#include "protocol/flat_writer.h"
#include "schema/article_generated.h"

namespace solder::protocol {

ArticleRequest read_article_request(std::span<const uint8_t> message) {
  flatbuffers::Verifier verifier(message.data(), message.size());
  if (!MnistProt::VerifyCommandsBuffer(verifier)) return {};
  const MnistProt::Commands& commands = *MnistProt::GetCommands(message.data());
  switch (commands.cmd()) {
    case MnistProt::Command_CMD_GET_STATS:
      return {.kind = ArticleRequest::kStats};
    case MnistProt::Command_CMD_INFERENCE_INPUT:
      if (const auto* input = commands.input(); input != nullptr && input->digit() != nullptr)
        return {.kind = ArticleRequest::kInfer,
                .digit = {input->digit()->data(), input->digit()->size()}};
      return {};
    default:
      return {};
  }
}

std::span<const uint8_t> write_article_stats(uint8_t version, uint32_t core_clock_hz,
                                             std::span<uint8_t, kArticleReplyBytes> room) {
  FlatWriter writer(room);
  FlatWriter::Table stats(writer);
  stats.scalar(MnistProt::Stats::VT_FREQ, core_clock_hz);
  stats.scalar(MnistProt::Stats::VT_VERSION, version);
  const auto stats_offset = stats.end();
  FlatWriter::Table commands(writer);
  commands.reference(MnistProt::Commands::VT_STATS, stats_offset);
  return writer.finish(commands.end());
}

namespace {

// The reply up to the outputs, 52 bytes. The tables come first and their vtables behind them, so
// that the two fields of one byte share what would be padding: in a builder's order ten outputs
// take 100 bytes, and the article's client reads 92. Numbers in comments are positions.
struct OutputReply {
  uint32_t root = 4;
  int32_t commands_to_vtable = 4 - 24;  // 4: Commands
  uint32_t commands_output = 12 - 8;
  int32_t output_to_vtable = 12 - 36;  // 12: InferenceOutput
  uint32_t output_values = 48 - 16;
  float milliseconds;
  uint16_t commands_vtable[6] = {12, 46 - 4 + 1, 46 - 4, 0, 0, 8 - 4};       // 24
  uint16_t output_vtable[5] = {10, 47 - 12 + 1, 16 - 12, 47 - 12, 20 - 12};  // 36
  uint8_t command = MnistProt::Command_CMD_INFERENCE_OUTPUT;                 // 46
  uint8_t output_count;
  uint32_t value_count;  // 48: the vector of outputs
};
static_assert(sizeof(OutputReply) == kArticleReplyBytes - 4 * kArticleOutputs);

}  // namespace

std::span<const uint8_t> write_article_output(std::span<const float> outputs, float milliseconds,
                                              std::span<uint8_t, kArticleReplyBytes> room) {
  outputs = outputs.first(std::min<size_t>(outputs.size(), kArticleOutputs));
  const OutputReply reply = {.milliseconds = milliseconds,
                             .output_count = static_cast<uint8_t>(outputs.size()),
                             .value_count = static_cast<uint32_t>(outputs.size())};
  std::memcpy(room.data(), &reply, sizeof reply);
  const auto values = std::as_bytes(outputs);
  std::copy(values.begin(), values.end(), std::as_writable_bytes(room).begin() + sizeof reply);
  return room.first(sizeof reply + outputs.size_bytes());
}

}  // namespace solder::protocol
