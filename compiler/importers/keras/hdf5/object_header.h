// The messages that describe an object of an HDF5 file: a group or a dataset.
#pragma once

#include <vector>

#include "compiler/importers/keras/hdf5/cursor.h"

namespace solder::compiler::keras {

// Numbers of the file format.
enum class MessageType : uint16_t {
  kDataspace = 0x01,
  kLinkInfo = 0x02,
  kDatatype = 0x03,
  kLink = 0x06,
  kDataLayout = 0x08,
  kFilterPipeline = 0x0B,
  kAttribute = 0x0C,
  kContinuation = 0x10,
  kSymbolTable = 0x11,
  kAttributeInfo = 0x15,
};

struct Message {
  MessageType type;
  bool is_shared;  // `data` is a reference to a message elsewhere
  Bytes data;
};

// The messages of the object at `address`, of both versions of headers. Throws ModelError.
std::vector<Message> read_object_header(Bytes file, uint64_t address);

// The only message of `type`, null when there is none. Throws ModelError when it is shared.
const Message* find_message(const std::vector<Message>& messages, MessageType type);

}  // namespace solder::compiler::keras
