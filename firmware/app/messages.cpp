// Requests from programs at the port for messages: the project's protocol, and the article's.
#include <algorithm>

#include "firmware/app/app.h"
#include "firmware/app/door.h"
#include "firmware/app/real_values.h"
#include "firmware/app/slots.h"
#include "firmware/hal/board.h"
#include "firmware/hal/serial.h"
#include "protocol/article.h"
#include "protocol/server.h"

namespace firmware {
namespace {

using namespace solder;

// Of the article's firmware, which counted 1.0.0 as 100.
constexpr uint8_t kArticleVersion = 100;

class ModelService final : public protocol::Service {
 public:
  protocol::BoardInfo board() override {
    return {.board = kBoardName,
            .firmware = SOLDER_VERSION,
            .door = kDoorName,
            .core_clock_hz = core_clock_hz(),
            .lost_bytes = lost_bytes(messages)};
  }

  protocol::ModelInfo model() override {
    if (app.model_error) return {.problem = app.model_error.message};
    return {.name = SOLDER_IMAGE_NAME,
            .arena_bytes = app.model.plan().arena_bytes,
            .steps = app.model.plan().step_count};
  }

  uint32_t input_count() override { return app.model_error ? 0 : app.model.input_count(); }
  uint32_t output_count() override { return app.model_error ? 0 : app.model.output_count(); }
  protocol::Port input(uint32_t index) override {
    return port(app.model.input_info(index), app.model.input(index));
  }
  protocol::Port output(uint32_t index) override {
    return port(app.model.output_info(index), const_cast<void*>(app.model.output(index)));
  }

  uint32_t invoke() override { return app.timer.invoke(app.model); }
  protocol::StepTime step_time(uint32_t step) override {
    const Step& of_plan = app.model.plan().steps[step];
    return {.type = operator_name(of_plan.type),
            .operator_index = of_plan.operator_index,
            .cycles = app.timer.cycles_of(step)};
  }

  uint32_t slot_count() override { return firmware::slot_count(); }
  protocol::SlotInfo slot(uint32_t index) override { return firmware::slot(index); }
  protocol::Failure begin_upload(uint32_t bytes, uint32_t crc32) override {
    return firmware::begin_upload(bytes, crc32);
  }
  protocol::Failure write_upload(uint32_t offset, std::span<const uint8_t> data) override {
    return firmware::write_upload(offset, data);
  }
  protocol::Failure commit_upload() override { return firmware::commit_upload(); }

  void reset() override {
    drain(messages);
    restart();
  }

 private:
  static protocol::Port port(const TensorInfo& info, void* data) {
    return {.name = info.name,
            .type = info.type,
            .shape = info.shape,
            .scale = info.scale,
            .zero_point = info.zero_point,
            .data = {static_cast<uint8_t*>(data), info.bytes}};
  }
};

void put(void*, uint8_t byte) { write(messages, byte); }

constinit ModelService service;
constinit protocol::Receiver receiver;
constinit protocol::OutgoingFrame reply;
constinit protocol::Server server(service, reply, put);
uint32_t last_byte_ms;

void send(std::span<const uint8_t> bytes) {
  for (const uint8_t byte : bytes) write(messages, byte);
}

// Silence for what the model does not fit: the article's protocol knows no errors.
bool answer_article_inference(std::span<const float> digit,
                              std::span<uint8_t, protocol::kArticleReplyBytes> room) {
  if (app.model_error || app.model.input_count() != 1 || app.model.output_count() != 1)
    return false;
  const TensorInfo& input = app.model.input_info(0);
  const TensorInfo& output = app.model.output_info(0);
  const auto outputs = static_cast<size_t>(output.shape.elements());
  if (!has_real_values(input.type) || !has_real_values(output.type) ||
      digit.size() != static_cast<size_t>(input.shape.elements()) ||
      outputs > protocol::kArticleOutputs)
    return false;
  for (uint32_t i = 0; i < digit.size(); ++i) store_real(input, app.model.input(0), i, digit[i]);
  const uint32_t taken = app.timer.invoke(app.model);
  float values[protocol::kArticleOutputs];
  for (uint32_t i = 0; i < outputs; ++i) values[i] = load_real(output, app.model.output(0), i);
  const float ms = static_cast<float>(taken) * 1000 / static_cast<float>(core_clock_hz());
  send(protocol::write_article_output({values, outputs}, ms, room));
  return true;
}

bool answer_article(std::span<const uint8_t> message) {
  alignas(8) static uint8_t room[protocol::kArticleReplyBytes];
  const protocol::ArticleRequest request = protocol::read_article_request(message);
  switch (request.kind) {
    case protocol::ArticleRequest::kStats:
      send(protocol::write_article_stats(kArticleVersion, core_clock_hz(), room));
      return true;
    case protocol::ArticleRequest::kInfer:
      return answer_article_inference(request.digit, room);
    case protocol::ArticleRequest::kNone:
      break;
  }
  return false;
}

}  // namespace

bool poll_messages() {
  for (uint8_t byte; read(messages, byte);) {
    last_byte_ms = milliseconds();
    if (!receiver.feed(byte)) continue;
    server.handle(receiver.frame(), receiver.damaged_frames());
    return true;
  }
  // One tick more: the first may come right after the byte.
  if (milliseconds() - last_byte_ms <= protocol::kArticleSilenceMs) return false;
  return answer_article(receiver.bare_message());
}

}  // namespace firmware
