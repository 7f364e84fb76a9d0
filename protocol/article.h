// The article's messages (schema/article.fbs): a request is a bare FlatBuffer that silence ends.
#pragma once

#include <cstdint>
#include <span>

namespace solder::protocol {

// The silence after which a bare message is complete.
inline constexpr uint32_t kArticleSilenceMs = 10;

struct ArticleRequest {
  enum Kind : uint8_t {
    kNone,   // these bytes are no request
    kStats,  // CMD_GET_STATS
    kInfer,  // CMD_INFERENCE_INPUT
  } kind = kNone;
  std::span<const float> digit = {};  // of kInfer: within the message
};

// `message` may be anything; it begins at an address that is a multiple of 4.
ArticleRequest read_article_request(std::span<const uint8_t> message);

inline constexpr uint32_t kArticleOutputs = 255;  // their number is one byte
inline constexpr uint32_t kArticleReplyBytes = 52 + 4 * kArticleOutputs;

// Replies as they go on the wire, written into `room`, which begins and ends at a
// multiple of 8.
std::span<const uint8_t> write_article_stats(uint8_t version, uint32_t core_clock_hz,
                                             std::span<uint8_t, kArticleReplyBytes> room);
// 52 bytes and the outputs, at most kArticleOutputs of them: 92 for the article's client, which
// reads exactly that many.
std::span<const uint8_t> write_article_output(std::span<const float> outputs, float milliseconds,
                                              std::span<uint8_t, kArticleReplyBytes> room);

}  // namespace solder::protocol
