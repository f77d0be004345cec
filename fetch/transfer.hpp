#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>

#include "fetch/http_answer.hpp"
#include "fetch/partial_file.hpp"
#include "nocloud/model/source/download_url.hpp"

namespace nocloud {

/// Hears how many bytes of how many are there; of 0 while nobody knows.
using TransferProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// One request, by libcurl, for what the file lacks. Proxies are the environment's, and so may be the
/// authorities that vouch for servers: $SSL_CERT_FILE. Nothing if the file is whole then, else what went
/// wrong on the way. Throws Error{failed} for what went wrong here, Error{interrupted} when asked to stop.
std::optional<Setback> transfer(const DownloadUrl& url, PartialFile& file, const TransferProgress& progress,
                                const std::stop_token& stop);

}  // namespace nocloud
