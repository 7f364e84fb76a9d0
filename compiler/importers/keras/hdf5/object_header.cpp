#include "compiler/importers/keras/hdf5/object_header.h"

#include <set>

namespace solder::compiler::keras {
namespace {

constexpr int kCreationOrderFlag = 0x04, kPhaseChangeFlag = 0x10, kTimesFlag = 0x20;
constexpr uint8_t kSharedFlag = 0x02;
constexpr size_t kChecksumBytes = 4;

class HeaderReader {
 public:
  explicit HeaderReader(Bytes file) : file_(file) {}

  std::vector<Message> read(uint64_t address) {
    Cursor cursor(file_, address);
    if (cursor.left() >= 1 && file_[address] == 'O')
      read_version_2(cursor);
    else
      read_version_1(cursor);
    return std::move(messages_);
  }

 private:
  // A block is a run of messages; further ones are named by messages in it.
  void read_version_1(Cursor& header) {
    if (header.integer(1) != 1) fail_damaged("an object header of unknown version");
    header.skip(7);
    const uint64_t size = header.integer(4);
    header.skip(4);
    std::vector<Bytes> blocks{header.take(size)};
    while (!blocks.empty()) {
      Cursor block(blocks.back());
      blocks.pop_back();
      while (block.left() >= 8) {
        const auto type = static_cast<MessageType>(block.integer(2));
        const uint64_t bytes = block.integer(2);
        const auto flags = static_cast<uint8_t>(block.integer(1));
        block.skip(3);
        const Bytes data = block.take(bytes);
        if (type == MessageType::kContinuation)
          blocks.push_back(continuation(data));
        else
          messages_.push_back({type, (flags & kSharedFlag) != 0, data});
      }
    }
  }

  void read_version_2(Cursor& header) {
    header.expect("OHDR");
    if (header.integer(1) != 2) fail_damaged("an object header of unknown version");
    const auto flags = static_cast<int>(header.integer(1));
    if ((flags & kTimesFlag) != 0) header.skip(16);
    if ((flags & kPhaseChangeFlag) != 0) header.skip(4);
    const uint64_t size = header.integer(1 << (flags & 3));
    const size_t order_bytes = (flags & kCreationOrderFlag) != 0 ? 2 : 0;
    std::vector<Bytes> blocks{header.take(size)};
    while (!blocks.empty()) {
      Cursor block(blocks.back());
      blocks.pop_back();
      while (block.left() >= 4 + order_bytes) {
        const auto type = static_cast<MessageType>(block.integer(1));
        const uint64_t bytes = block.integer(2);
        const auto message_flags = static_cast<uint8_t>(block.integer(1));
        block.skip(order_bytes);
        const Bytes data = block.take(bytes);
        if (type == MessageType::kContinuation) {
          Cursor next(continuation(data));
          next.expect("OCHK");
          if (next.left() < kChecksumBytes) fail_damaged("an object header without a checksum");
          blocks.push_back(next.take(next.left() - kChecksumBytes));
        } else {
          messages_.push_back({type, (message_flags & kSharedFlag) != 0, data});
        }
      }
    }
  }

  Bytes continuation(Bytes data) {
    Cursor cursor(data);
    const uint64_t address = cursor.address();
    const uint64_t size = cursor.integer(8);
    if (!seen_.insert(address).second) fail_damaged("an object header runs in a circle");
    return Cursor(file_, address).take(size);
  }

  Bytes file_;
  std::vector<Message> messages_;
  std::set<uint64_t> seen_;
};

}  // namespace

std::vector<Message> read_object_header(Bytes file, uint64_t address) {
  return HeaderReader(file).read(address);
}

const Message* find_message(const std::vector<Message>& messages, MessageType type) {
  const auto found = std::ranges::find(messages, type, &Message::type);
  if (found == messages.end()) return nullptr;
  if (found->is_shared) throw ModelError("HDF5 files with shared messages are not supported");
  return &*found;
}

}  // namespace solder::compiler::keras
