#include "nocloud/ops/locks.hpp"

#include <system_error>

#include <fmt/format.h>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/file.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {

Locks::Locks(std::filesystem::path folder, std::string_view uri)
    : folder_(std::move(folder)), connection_(hex(bytes_of(sha256(uri)).substr(0, 6))) {}

Locks::~Locks() {
  std::error_code ignored;  // without the folder there is nothing to remove
  for (const auto& entry : std::filesystem::directory_iterator(folder_, ignored)) {
    FileLock::remove_if_free(entry.path());
  }
}

FileLock Locks::acquire(std::string_view subject, const std::stop_token& stop,
                        const std::function<void()>& on_wait) const {
  make_folder(folder_, 0700);
  return FileLock::acquire(path_of(subject), stop, on_wait);
}

std::optional<std::string> Locks::holder_of(std::string_view subject) const {
  return FileLock::holder_at(path_of(subject));
}

std::filesystem::path Locks::path_of(std::string_view subject) const {
  return folder_ / fmt::format("{}-{}.lock", connection_, subject);
}

}  // namespace nocloud
