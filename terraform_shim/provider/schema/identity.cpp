#include "terraform_shim/provider/schema/identity.hpp"

#include <string_view>

#include <fmt/format.h>

#include "terraform_shim/provider/schema/fields.hpp"

namespace nocloud::terraform {
namespace {

constexpr std::string_view made_by = "made-by:";

}  // namespace

Identity Identity::in(const Value& state) {
  const auto text = Fields(state).text("uuid").value_or("");
  if (!text.starts_with(made_by)) return {.uuid = text};
  const auto rest = text.substr(made_by.size());
  const auto end = rest.find(':');
  return {.uuid = end == std::string::npos ? std::string() : rest.substr(end + 1),
          .run = rest.substr(0, end)};
}

bool Identity::is_of(const std::string& found_uuid, const std::string& unconfirmed) const {
  return (!uuid.empty() && found_uuid == uuid) || (!run.empty() && unconfirmed == run);
}

std::string Identity::text() const {
  if (run.empty()) return uuid;
  return fmt::format("{}{}{}{}", made_by, run, uuid.empty() ? "" : ":", uuid);
}

}  // namespace nocloud::terraform
