#include "provisioner/output/outcome.hpp"

namespace nocloud {

nlohmann::json error_json(const std::optional<Error>& error) {
  if (!error) return nullptr;
  return {{"message", error->message()},
          {"hint", error->hint()},
          {"exit_status", static_cast<int>(error->kind())}};
}

}  // namespace nocloud
