#include "compiler/importers/keras/hdf5/hdf5.h"

#include "compiler/importers/keras/hdf5/links.h"
#include "compiler/importers/keras/hdf5/values.h"

namespace solder::compiler::keras {
namespace {

constexpr uint64_t kUndefinedAddress = ~uint64_t{0};

// Address of the root group's header, from the block at the file's beginning.
uint64_t read_superblock(Bytes file) {
  Cursor cursor(file);
  cursor.expect("\x89HDF\r\n\x1a\n");
  const uint64_t version = cursor.integer(1);
  if (version > 3) throw ModelError(fmt::format("HDF5 version {} is not supported", version));
  if (version < 2) cursor.skip(4);
  const uint64_t offset_bytes = cursor.integer(1), length_bytes = cursor.integer(1);
  if (offset_bytes != 8 || length_bytes != 8)
    throw ModelError("HDF5 files with addresses of other than 8 bytes are not supported");
  cursor.skip(version == 0 ? 9 : version == 1 ? 13 : 1);
  if (cursor.address() != 0) fail_damaged("it does not begin at address 0");
  cursor.skip(8);
  const uint64_t end = cursor.address();
  if (end > file.size())
    throw ModelError(fmt::format("the HDF5 file is cut short: {} of {} bytes", file.size(), end));
  if (version < 2) cursor.skip(16);
  return cursor.address();
}

struct Attribute {
  std::string_view name;
  Bytes datatype, dataspace, data;
};

Attribute read_attribute(Bytes message) {
  Cursor cursor(message);
  const uint64_t version = cursor.integer(1);
  if (version < 1 || version > 3) fail_damaged("an attribute of unknown version");
  const uint64_t flags = cursor.integer(1);
  if (version > 1 && flags != 0)
    throw ModelError("HDF5 files with shared messages are not supported");
  const uint64_t name_bytes = cursor.integer(2);
  const uint64_t type_bytes = cursor.integer(2);
  const uint64_t space_bytes = cursor.integer(2);
  if (version == 3) cursor.skip(1);
  const auto part = [&](uint64_t bytes) {
    const Bytes taken = cursor.take(bytes);
    if (version == 1) cursor.skip(-bytes % 8);
    return taken;
  };
  const Bytes name = part(name_bytes);
  Attribute attribute;
  attribute.name = {reinterpret_cast<const char*>(name.data()),
                    static_cast<size_t>(std::ranges::find(name, 0) - name.begin())};
  attribute.datatype = part(type_bytes);
  attribute.dataspace = part(space_bytes);
  attribute.data = cursor.take(cursor.left());
  return attribute;
}

// The elements of a dataset, which lie in one piece.
Bytes read_layout(Bytes file, Bytes message, const std::string& path) {
  enum { kCompact = 0, kContiguous = 1 };
  Cursor cursor(message);
  const uint64_t version = cursor.integer(1);
  const uint64_t layout_class = cursor.integer(1);
  if (version < 3 || version > 4 || layout_class > kContiguous)
    throw ModelError(fmt::format(
        "dataset '{}' is chunked or compressed, which is not supported; Keras itself does not "
        "write such files",
        path));
  if (layout_class == kCompact) return cursor.take(cursor.integer(2));
  const uint64_t address = cursor.address();
  if (address == kUndefinedAddress) fail_damaged(fmt::format("dataset '{}' was not written", path));
  return Cursor(file, address).take(cursor.integer(8));
}

}  // namespace

Hdf5Object Hdf5Object::root(Bytes file) { return {file, read_superblock(file), ""}; }

std::optional<Hdf5Object> Hdf5Object::find(std::string_view path) const {
  const size_t end = path.find('/');
  const auto name = path.substr(0, end);
  const auto address = find_link(file_, messages_, name);
  if (!address) return std::nullopt;
  const Hdf5Object child(file_, *address, path_ + "/" + std::string(name));
  return end == std::string_view::npos ? child : child.find(path.substr(end + 1));
}

std::optional<std::vector<std::string>> Hdf5Object::texts(std::string_view name) const {
  for (const Message& message : messages_) {
    if (message.type != MessageType::kAttribute || message.is_shared) continue;
    const Attribute attribute = read_attribute(message.data);
    if (attribute.name != name) continue;
    const Datatype type = read_datatype(attribute.datatype);
    uint64_t count = 1;
    for (const int64_t dim : read_dimensions(attribute.dataspace)) {
      if (static_cast<uint64_t>(dim) > attribute.data.size() / type.size)
        fail_damaged(fmt::format("attribute '{}' is cut short", name));
      count *= static_cast<uint64_t>(dim);
    }
    // To NumPy, an empty list is one of float64.
    if (count == 0) return std::vector<std::string>();
    if (type.kind != Datatype::Kind::kFixedText && type.kind != Datatype::Kind::kVariableText)
      throw ModelError(
          fmt::format("attribute '{}' of '{}/' is {}, not text", name, path_, type.name));
    return read_texts(file_, attribute.data, type, count);
  }
  return std::nullopt;
}

FloatArray Hdf5Object::floats() const {
  const Message* datatype = find_message(messages_, MessageType::kDatatype);
  const Message* dataspace = find_message(messages_, MessageType::kDataspace);
  const Message* layout = find_message(messages_, MessageType::kDataLayout);
  const std::string where = fmt::format("dataset '{}'", path_);
  if (datatype == nullptr || dataspace == nullptr || layout == nullptr)
    throw ModelError(where + " holds no array");
  const Datatype type = read_datatype(datatype->data);
  if (type.kind != Datatype::Kind::kFloat && type.kind != Datatype::Kind::kInteger)
    throw ModelError(
        fmt::format("{} is of type {}; weights must be little-endian float16, float32 or float64",
                    where, type.name));
  FloatArray array;
  array.shape = make_shape(read_dimensions(dataspace->data), where);
  const Bytes data = read_layout(file_, layout->data, path_);
  if (data.size() != static_cast<uint64_t>(array.shape.elements()) * type.size)
    fail_damaged(fmt::format("{} of {} has {} bytes", where, to_string(array.shape), data.size()));
  array.values = read_floats(data, type);
  return array;
}

}  // namespace solder::compiler::keras
