#include "protocol/article_server.h"

#include "runtime/base/real_values.h"

namespace solder::protocol {
namespace {

// Of the article's firmware, which counted 1.0.0 as 100.
constexpr uint8_t kArticleVersion = 100;

std::span<const uint8_t> answer_inference(std::span<const float> digit, Service& service,
                                          std::span<uint8_t, kArticleReplyBytes> room) {
  if (service.input_count() != 1 || service.output_count() != 1) return {};
  const Port input = service.input(0);
  const Port output = service.output(0);
  const auto outputs = static_cast<size_t>(output.shape.elements());
  if (!has_real_values(input.type) || !has_real_values(output.type) || outputs > kArticleOutputs ||
      digit.size() != static_cast<size_t>(input.shape.elements()))
    return {};
  store_real({input.type, input.scale, input.zero_point}, digit, input.data.data());
  const auto cycles = static_cast<float>(service.invoke());
  float values[kArticleOutputs];
  load_real({output.type, output.scale, output.zero_point}, output.data.data(), {values, outputs});
  const float ms = cycles * 1000 / static_cast<float>(service.board().core_clock_hz);
  return write_article_output({values, outputs}, ms, room);
}

}  // namespace

std::span<const uint8_t> answer_article(std::span<const uint8_t> message, Service& service,
                                        std::span<uint8_t, kArticleReplyBytes> room) {
  const ArticleRequest request = read_article_request(message);
  switch (request.kind) {
    case ArticleRequest::kStats:
      return write_article_stats(kArticleVersion, service.board().core_clock_hz, room);
    case ArticleRequest::kInfer:
      return answer_inference(request.digit, service, room);
    case ArticleRequest::kNone:
      break;
  }
  return {};
}

}  // namespace solder::protocol
