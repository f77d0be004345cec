#include "fetch/http_answer.hpp"
#include "fuzz/input.hpp"
#include "nocloud/model/source/checksum.hpp"
#include "nocloud/model/source/download_url.hpp"

using namespace nocloud;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  fuzz::try_parser([&] {
    const auto url = DownloadUrl::parse(text);
    fuzz::require(looks_like_url(text) && url.str() == text);
    fuzz::require(url.public_str().find_first_of("?#") == std::string::npos);
    fuzz::require(DownloadUrl::parse(url.public_str()).public_str() == url.public_str());
  });
  fuzz::try_parser(
      [&] { fuzz::require(Checksum::parse(Checksum::parse(text).str()) == Checksum::parse(text)); });
  if (const auto range = content_range(text); range && range->total)
    fuzz::require(range->first < *range->total);
  const auto version = version_of(text, text);
  fuzz::require(version.empty() || version == text);
  fuzz::require(version.find_first_of("\r\n") == std::string::npos);
  return 0;
}
