#include "ansible_collection/src/module/coercion.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud::ansible {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(std::string message) {
  throw Error(ErrorKind::invalid_input, std::move(message));
}

[[noreturn]] void refuse_conversion(const json& value, std::string_view wanted) {
  refuse(fmt::format("{} cannot be converted to {}", python_class(value), wanted));
}

std::string stripped(std::string_view text) {
  const auto is_blank = [](unsigned char letter) { return std::isspace(letter) != 0; };
  const auto* const first = std::find_if_not(text.begin(), text.end(), is_blank);
  auto last = text.end();
  while (last != first && is_blank(static_cast<unsigned char>(*(last - 1)))) --last;
  return {first, last};
}

/// A string, or a number or a boolean as Python writes it.
json text_of(const json& value) {
  if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
  if (value.is_number()) return value.dump();
  if (!value.is_string()) refuse_conversion(value, "a string");
  if (value.get_ref<const std::string&>().find('\0') != std::string::npos) refuse("there is a NUL in it");
  return value;
}

json integer_of(const json& value) {
  if (value.is_boolean()) return value.get<bool>() ? 1 : 0;
  if (value.is_number_integer() && !value.is_number_unsigned()) return value;
  if (value.is_number_unsigned() && value.get<std::uint64_t>() <= std::uint64_t{INT64_MAX}) return value;
  if (!value.is_string()) refuse_conversion(value, "an int");
  auto digits = stripped(value.get_ref<const std::string&>());
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.erase(0, 1);
  const auto number = parse_number<std::int64_t>(digits);
  if (!number) refuse_conversion(value, "an int");
  return negative ? -*number : *number;
}

json boolean_of(const json& value, ArgumentSpec::Secrecy secrecy) {
  constexpr std::array<std::string_view, 6> yes{"y", "yes", "on", "1", "true", "t"};
  constexpr std::array<std::string_view, 6> no{"n", "no", "off", "0", "false", "f"};
  if (value.is_boolean()) return value;
  if (value.is_number() && value == 1) return true;
  if (value.is_number() && value == 0) return false;
  if (!value.is_string() && !value.is_number()) refuse_conversion(value, "a bool");
  auto word = value.is_string() ? stripped(value.get_ref<const std::string&>()) : value.dump();
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  if (std::find(yes.begin(), yes.end(), word) != yes.end()) return true;
  if (std::find(no.begin(), no.end(), word) != no.end()) return false;
  const auto shown = secrecy == ArgumentSpec::Secrecy::open ? fmt::format(" '{}'", told(word)) : "";
  refuse(fmt::format("The value{} is not a valid boolean.  Valid booleans include: {}, {}", shown,
                     fmt::join(yes, ", "), fmt::join(no, ", ")));
}

json list_of(const json& value) {
  if (value.is_array()) return value;
  if (value.is_number() || value.is_boolean()) return json::array({text_of(value)});
  if (!value.is_string()) refuse_conversion(value, "a list");
  auto list = json::array();
  for (const auto part : split(value.get_ref<const std::string&>(), ',')) list.push_back(std::string(part));
  return list;
}

json dictionary_of(const json& value) {
  if (value.is_object()) return value;
  if (!value.is_string()) refuse_conversion(value, "a dict");
  auto read = while_doing("dictionary requested, could not parse JSON",
                          [&] { return shallow_json(value.get_ref<const std::string&>()); });
  if (!read.is_object()) refuse_conversion(read, "a dict");
  return read;
}

}  // namespace

std::string_view word_for(ArgumentType type) {
  constexpr std::array<std::string_view, 6> words{"str", "path", "bool", "int", "list", "dict"};
  return words.at(static_cast<std::size_t>(type));
}

std::string python_class(const json& value) {
  std::string_view name = "NoneType";
  if (value.is_string()) name = "str";
  if (value.is_boolean()) name = "bool";
  if (value.is_number()) name = value.is_number_float() ? "float" : "int";
  if (value.is_array()) name = "list";
  if (value.is_object()) name = "dict";
  return fmt::format("<class '{}'>", name);
}

json coerced(const json& value, ArgumentType type, ArgumentSpec::Secrecy secrecy) {
  switch (type) {
    case ArgumentType::text:
    case ArgumentType::path:
      return text_of(value);
    case ArgumentType::boolean:
      return boolean_of(value, secrecy);
    case ArgumentType::integer:
      return integer_of(value);
    case ArgumentType::list:
      return list_of(value);
    case ArgumentType::dictionary:
      return dictionary_of(value);
  }
  return value;
}

json shallow_json(std::string_view text) {
  constexpr int deepest = 32;
  const auto limit = [&](int depth, json::parse_event_t, const json&) {
    if (depth > deepest) refuse(fmt::format("it is nested deeper than {} levels", deepest));
    return true;
  };
  try {
    return json::parse(text, limit);
  } catch (const json::parse_error& error) {  // whose own text cites what may be secret
    refuse(fmt::format("error at byte {}", error.byte));
  } catch (const json::out_of_range&) {
    refuse("it has a number that is too large");
  }
}

std::string told(std::string_view text) {
  constexpr std::size_t longest = 100;
  const auto quoted = cited(text, longest);
  return quoted.substr(1, quoted.size() - 2);
}

}  // namespace nocloud::ansible
