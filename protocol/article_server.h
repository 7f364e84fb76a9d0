// Answers the article's requests from the same service as the server of frames.
#pragma once

#include "protocol/article.h"
#include "protocol/service.h"

namespace solder::protocol {

// The reply to a bare message, written into `room`; empty for what has none: messages that are no
// requests, and digits that are not what the model takes, for the article's protocol knows no
// errors.
std::span<const uint8_t> answer_article(std::span<const uint8_t> message, Service& service,
                                        std::span<uint8_t, kArticleReplyBytes> room);

}  // namespace solder::protocol
