#include "terraform_shim/external/query.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

using nlohmann::json;

constexpr std::array known_keys{"name", "group", "type", "uri", "must_exist"};

json object_from(std::string_view text) {
  if (text.size() > largest_query) {
    throw Error(ErrorKind::invalid_input, fmt::format("the query has more than {} bytes", largest_query));
  }
  auto query = json::parse(text, nullptr, false);
  if (query.is_object()) return query;
  throw Error(ErrorKind::invalid_input, "the query is no JSON object of strings",
              R"(Terraform writes one to standard input: data "external" { query = { name = "web00" } }.)");
}

std::map<std::string, std::string> strings_of(const json& query) {
  std::map<std::string, std::string> values;
  for (const auto& [key, value] : query.items()) {
    if (std::find(known_keys.begin(), known_keys.end(), key) == known_keys.end()) {
      throw Error(ErrorKind::invalid_input, fmt::format("{} is nothing to ask with", cited(key)),
                  fmt::format("A query has {}.", enumerated({known_keys.begin(), known_keys.end()})));
    }
    if (value.is_null()) continue;
    if (!value.is_string()) {
      throw Error(ErrorKind::invalid_input, fmt::format("{} is no string", cited(key)),
                  "Write it with quotes.");
    }
    values.emplace(key, value.get<std::string>());
  }
  return values;
}

template <class Parse>
auto parsed(const std::map<std::string, std::string>& values, const std::string& key, Parse&& parse)
    -> std::optional<decltype(parse(std::string_view()))> {
  const auto found = values.find(key);
  if (found == values.end()) return std::nullopt;
  return while_doing(key, [&] { return parse(std::string_view(found->second)); });
}

ExternalQuery::Absence absence_from(std::string_view word) {
  if (word == "true") return ExternalQuery::Absence::fault;
  if (word == "false") return ExternalQuery::Absence::answer;
  throw Error(ErrorKind::invalid_input, fmt::format("{} is neither true nor false", cited(word)),
              "Say \"true\" or \"false\", as text.");
}

std::string uri_from(std::string_view text) {
  if (!text.empty()) return std::string(text);
  throw Error(ErrorKind::invalid_input, "it is empty",
              "Leave it out, or set it to null, for the usual connection.");
}

}  // namespace

ExternalQuery read_query(std::string_view text) {
  const auto values = strings_of(object_from(text));
  ExternalQuery query{.name = parsed(values, "name", VmName::parse),
                      .group = parsed(values, "group", GroupName::parse),
                      .type = parsed(values, "type", TypeName::parse),
                      .uri = parsed(values, "uri", uri_from)};
  query.absence = parsed(values, "must_exist", absence_from).value_or(query.absence);
  if (!query.name && !query.group) {
    throw Error(ErrorKind::invalid_input, "the query asks for nothing",
                "Say `name` for one VM, or `group` and perhaps `type` for several.");
  }
  if (query.name && (query.group || query.type)) {
    throw Error(ErrorKind::invalid_input, "the query has a name and a group or type",
                "A name alone says which VM.");
  }
  return query;
}

}  // namespace nocloud
