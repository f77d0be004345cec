#pragma once

#include <filesystem>
#include <stop_token>

#include "fetch/transfer.hpp"
#include "nocloud/base/clock.hpp"
#include "nocloud/model/source/download_url.hpp"

namespace nocloud {

/// Makes the file hold what the URL gives, going on with what an earlier attempt left there. What may pass is
/// tried again, with pauses that grow. Throws Error{not_found} where the server has no such thing;
/// {unavailable} or {timed_out} when it can't be reached or gives nothing more; {failed}; {interrupted}.
void fetch(const DownloadUrl& url, const std::filesystem::path& file, Clock& clock,
           const TransferProgress& progress, const std::stop_token& stop);

}  // namespace nocloud
