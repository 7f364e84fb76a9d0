#include "compiler/importers/keras/hdf5/links.h"

#include <set>

namespace solder::compiler::keras {
namespace {

constexpr uint64_t kUndefinedAddress = ~uint64_t{0};

// Whether the bytes from `offset` on are `name` and a zero.
bool is_name(Bytes heap, uint64_t offset, std::string_view name) {
  Cursor cursor(heap, offset);
  if (cursor.left() < name.size() + 1) return false;
  const Bytes bytes = cursor.take(name.size() + 1);
  return bytes.back() == 0 && std::equal(name.begin(), name.end(), bytes.begin(),
                                         [](char a, uint8_t b) { return uint8_t(a) == b; });
}

// The older kind of group: a tree of nodes whose entries name their objects in a heap.
class SymbolTable {
 public:
  SymbolTable(Bytes file, Bytes message) : file_(file) {
    Cursor cursor(message);
    tree_ = cursor.address();
    Cursor heap(file, cursor.address());
    heap.expect("HEAP");
    heap.skip(4);
    const uint64_t size = heap.integer(8);
    heap.skip(8);
    names_ = Cursor(file, heap.address()).take(size);
  }

  // Groups of a model are small, so every node is looked at.
  std::optional<uint64_t> find(std::string_view name) const {
    std::vector<uint64_t> nodes{tree_};
    std::set<uint64_t> seen;
    while (!nodes.empty()) {
      const uint64_t address = nodes.back();
      nodes.pop_back();
      if (!seen.insert(address).second) fail_damaged("the tree of a group runs in a circle");
      Cursor node(file_, address);
      if (node.left() >= 1 && file_[address] == 'S') {
        if (const auto found = find_in_leaf(node, name)) return found;
      } else {
        add_children(node, nodes);
      }
    }
    return std::nullopt;
  }

 private:
  static void add_children(Cursor& node, std::vector<uint64_t>& nodes) {
    node.expect("TREE");
    if (node.integer(1) != 0) fail_damaged("the tree of a group is of another kind");
    node.skip(1);
    const uint64_t count = node.integer(2);
    node.skip(16);
    for (uint64_t i = 0; i < count; ++i) {
      node.skip(8);
      nodes.push_back(node.address());
    }
  }

  std::optional<uint64_t> find_in_leaf(Cursor& node, std::string_view name) const {
    node.expect("SNOD");
    node.skip(2);
    const uint64_t count = node.integer(2);
    for (uint64_t i = 0; i < count; ++i) {
      const uint64_t name_offset = node.integer(8);
      const uint64_t address = node.address();
      node.skip(24);
      if (is_name(names_, name_offset, name)) return address;
    }
    return std::nullopt;
  }

  Bytes file_, names_;
  uint64_t tree_;
};

// The newer kind: a message for each link, as long as there are few.
std::optional<uint64_t> find_in_message(Bytes message, std::string_view name) {
  constexpr int kTypeFlag = 0x08, kOrderFlag = 0x04, kCharacterSetFlag = 0x10;
  Cursor cursor(message);
  cursor.skip(1);
  const auto flags = static_cast<int>(cursor.integer(1));
  const uint64_t type = (flags & kTypeFlag) != 0 ? cursor.integer(1) : 0;
  if ((flags & kOrderFlag) != 0) cursor.skip(8);
  if ((flags & kCharacterSetFlag) != 0) cursor.skip(1);
  const uint64_t length = cursor.integer(1 << (flags & 3));
  const Bytes text = cursor.take(length);
  if (std::string_view(reinterpret_cast<const char*>(text.data()), text.size()) != name)
    return std::nullopt;
  if (type != 0) throw ModelError("HDF5 files with soft or external links are not supported");
  return cursor.address();
}

bool has_many_links(const std::vector<Message>& messages) {
  const Message* info = find_message(messages, MessageType::kLinkInfo);
  if (info == nullptr) return false;
  Cursor cursor(info->data);
  cursor.skip(1);
  if ((cursor.integer(1) & 1) != 0) cursor.skip(8);
  return cursor.address() != kUndefinedAddress;
}

}  // namespace

std::optional<uint64_t> find_link(Bytes file, const std::vector<Message>& messages,
                                  std::string_view name) {
  if (const Message* table = find_message(messages, MessageType::kSymbolTable))
    return SymbolTable(file, table->data).find(name);
  for (const Message& message : messages)
    if (message.type == MessageType::kLink && !message.is_shared)
      if (const auto found = find_in_message(message.data, name)) return found;
  if (has_many_links(messages))
    throw ModelError(
        "the HDF5 file is written for the newest library alone (dense groups), which is not "
        "supported; write it as Keras does, with h5py's default libver");
  return std::nullopt;
}

}  // namespace solder::compiler::keras
