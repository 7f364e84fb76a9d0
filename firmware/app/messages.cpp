// Requests from programs at the port for messages: the project's protocol, and the article's.
#include "firmware/app/app.h"
#include "firmware/app/door.h"
#include "firmware/app/slots.h"
#include "firmware/hal/board.h"
#include "firmware/hal/serial.h"
#include "protocol/article_server.h"
#include "protocol/model_service.h"
#include "protocol/server.h"

namespace firmware {
namespace {

using namespace solder;

class BoardService final : public protocol::ModelService<Model> {
 public:
  constexpr BoardService() : ModelService(app.model) {}

  protocol::BoardInfo board() override {
    return {.board = kBoardName,
            .firmware = SOLDER_VERSION,
            .door = kDoorName,
            .core_clock_hz = core_clock_hz(),
            .lost_bytes = lost_bytes(messages)};
  }
  protocol::ModelInfo model() override {
    if (app.model_error) return {.problem = app.model_error.message};
    return ModelService::model();
  }
  uint32_t invoke() override { return app.timer.invoke(app.model); }

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
  const char* name() const override { return SOLDER_IMAGE_NAME; }
  bool has_model() const override { return !app.model_error; }
  uint32_t cycles_of(uint32_t step) const override { return app.timer.cycles_of(step); }
};

void put(void*, uint8_t byte) { write(messages, byte); }

constinit BoardService service;
constinit protocol::Receiver receiver;
constinit protocol::OutgoingFrame reply;
constinit protocol::Server server(service, reply, put);
uint32_t last_byte_ms;

bool answer_bare_message() {
  alignas(8) static uint8_t room[protocol::kArticleReplyBytes];
  const auto answer = protocol::answer_article(receiver.bare_message(), service, room);
  for (const uint8_t byte : answer) write(messages, byte);
  return !answer.empty();
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
  return answer_bare_message();
}

}  // namespace firmware
