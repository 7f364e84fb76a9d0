#include "compiler/importers/keras/json.h"

#include "compiler/ir/model_error.h"

namespace solder::compiler::keras {

Json parse_json(std::string_view text, const std::string& what) {
  Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) throw ModelError(what + " is no valid JSON object");
  return json;
}

const Json* find(const Json& json, const char* key) {
  if (!json.is_object()) return nullptr;
  const auto found = json.find(key);
  return found == json.end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::string> text_of(const Json* json) {
  if (json == nullptr || !json->is_string()) return std::nullopt;
  return json->get<std::string>();
}

std::optional<int64_t> integer_of(const Json* json) {
  if (json == nullptr || !json->is_number_integer()) return std::nullopt;
  if (json->is_number_unsigned() && json->get<uint64_t>() > INT64_MAX) return std::nullopt;
  return json->get<int64_t>();
}

const Json* list_of(const Json* json) {
  if (json != nullptr && json->is_object()) json = find(*json, "items");
  return json != nullptr && json->is_array() ? json : nullptr;
}

}  // namespace solder::compiler::keras
