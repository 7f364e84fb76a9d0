// The JSON of a Keras configuration, which nobody has checked.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace solder::compiler::keras {

using Json = nlohmann::json;

// Throws ModelError, naming `what`, for anything but an object.
Json parse_json(std::string_view text, const std::string& what);

// The member of an object; null when `json` is none, has none of that name, or it is null.
const Json* find(const Json& json, const char* key);

// Empty for JSON of another type.
std::optional<std::string> text_of(const Json* json);
std::optional<int64_t> integer_of(const Json* json);

// The elements of a list, which Keras spells [...] or {"class_name": "__tuple__", "items": [...]};
// null for other JSON. `json` may be null.
const Json* list_of(const Json* json);

}  // namespace solder::compiler::keras
