#include "fetch/transfer.hpp"

#include <array>
#include <cstdlib>
#include <exception>
#include <string>

#include <curl/curl.h>
#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/handle.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

constexpr long http_ok = 200;
constexpr long http_partial = 206;
constexpr long http_range_unsatisfiable = 416;

constexpr long most_redirects = 10;
constexpr long seconds_to_connect = 30;
/// A server that gives less than this for so long gives nothing.
constexpr long least_bytes_a_second = 100;
constexpr long patience_seconds = 30;

/// libcurl's state for the whole program, made on first use.
void start_libcurl() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) throw Error(ErrorKind::failed, "libcurl cannot be started");
}

class Transfer {
 public:
  Transfer(const DownloadUrl& url, PartialFile& file, const TransferProgress& progress,
           const std::stop_token& stop)
      : file_(file), progress_(progress), stop_(stop) {
    start_libcurl();
    curl_.reset(curl_easy_init());
    if (!curl_) throw Error(ErrorKind::failed, "libcurl cannot be started");
    // After https never back to http, and never to a file of this machine.
    const bool secure = url.str().starts_with("https:");
    set(CURLOPT_URL, url.str().c_str());
    set(CURLOPT_PROTOCOLS_STR, secure ? "https" : "http,https");
    set(CURLOPT_REDIR_PROTOCOLS_STR, secure ? "https" : "http,https");
    set(CURLOPT_FOLLOWLOCATION, 1L);
    set(CURLOPT_MAXREDIRS, most_redirects);
    set(CURLOPT_CONNECTTIMEOUT, seconds_to_connect);
    set(CURLOPT_LOW_SPEED_LIMIT, least_bytes_a_second);
    set(CURLOPT_LOW_SPEED_TIME, patience_seconds);
    set(CURLOPT_FAILONERROR, 1L);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_USERAGENT, "nocloud");
    set(CURLOPT_ERRORBUFFER, words_.data());
    if (const char* authorities = std::getenv("SSL_CERT_FILE")) set(CURLOPT_CAINFO, authorities);
    set(CURLOPT_WRITEFUNCTION, &Transfer::on_body);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &Transfer::on_progress);
    set(CURLOPT_XFERINFODATA, this);
    if (!file.version().empty()) ask_for_the_rest();
  }

  std::optional<Setback> run() {
    const auto result = curl_easy_perform(curl_.get());
    if (failure_) std::rethrow_exception(failure_);
    if (stop_.stop_requested()) throw Error(ErrorKind::interrupted, "interrupted");
    if (result != CURLE_OK) return setback(result);
    if (begun_) return std::nullopt;
    return Setback{{ErrorKind::failed, "the server's answer is empty"}, false};
  }

 private:
  template <class Value>
  void set(CURLoption option, Value value) {
    if (curl_easy_setopt(curl_.get(), option, value) != CURLE_OK) {
      throw Error(ErrorKind::failed, "libcurl does not take one of its options",
                  "It has to be 7.85 or newer, with HTTPS.");
    }
  }

  /// The rest of the version that is there, else all of the one that is there now.
  void ask_for_the_rest() {
    set(CURLOPT_RANGE, fmt::format("{}-", file_.size()).c_str());
    headers_.reset(curl_slist_append(nullptr, fmt::format("If-Range: {}", file_.version()).c_str()));
    set(CURLOPT_HTTPHEADER, headers_.get());
  }

  long status() const {
    long status = 0;
    curl_easy_getinfo(curl_.get(), CURLINFO_RESPONSE_CODE, &status);
    return status;
  }

  /// Of the last answer; empty if it has none.
  std::string_view header(const char* name) const {
    curl_header* found = nullptr;
    if (curl_easy_header(curl_.get(), name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK) return {};
    return found->value;
  }

  /// Looks at the answer before its first byte is kept.
  void begin() {
    begun_ = true;
    if (status() == http_ok) {
      file_.restart(version_of(header("ETag"), header("Last-Modified")));
      curl_off_t length = 0;
      curl_easy_getinfo(curl_.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
      total_ = length > 0 ? static_cast<std::uint64_t>(length) : 0;
    } else {
      const auto range = content_range(header("Content-Range"));
      if (status() != http_partial || !range || range->first != file_.size()) {
        file_.restart({});
        throw Error(
            ErrorKind::failed,
            fmt::format("the server answers with status {} and another part than was asked for", status()),
            "Run the command again: it begins anew.");
      }
      total_ = range->total.value_or(0);
    }
    if (total_ > file_.size()) file_.require_room(total_ - file_.size());
  }

  void keep(std::string_view bytes) {
    if (!begun_) begin();
    file_.append(bytes);
  }

  static std::size_t on_body(char* bytes, std::size_t /*one*/, std::size_t count, void* self) noexcept {
    auto& transfer = *static_cast<Transfer*>(self);
    try {
      transfer.keep({bytes, count});
      return count;
    } catch (...) {
      transfer.failure_ = std::current_exception();  // libcurl's frames are no place to throw through
      return CURL_WRITEFUNC_ERROR;
    }
  }

  static int on_progress(void* self, curl_off_t /*total*/, curl_off_t /*now*/, curl_off_t /*total_up*/,
                         curl_off_t /*now_up*/) noexcept {
    auto& transfer = *static_cast<Transfer*>(self);
    try {
      if (transfer.begun_) transfer.progress_(transfer.file_.size(), transfer.total_);
      return transfer.stop_.stop_requested() ? 1 : 0;
    } catch (...) {
      transfer.failure_ = std::current_exception();
      return 1;
    }
  }

  Setback setback(CURLcode result) {
    const std::string told = words_[0] != '\0' ? printable(words_.data()) : curl_easy_strerror(result);
    switch (result) {
      case CURLE_HTTP_RETURNED_ERROR:
        if (status() != http_range_unsatisfiable) return setback_of_status(status());
        file_.restart({});
        return {{ErrorKind::failed, "the server has less than was there"}, true};
      case CURLE_COULDNT_RESOLVE_HOST:
      case CURLE_COULDNT_RESOLVE_PROXY:
      case CURLE_COULDNT_CONNECT:
        return {
            {ErrorKind::unavailable, told, "Check the URL, the network, and https_proxy if you need one."},
            file_.size() > 0};
      case CURLE_PEER_FAILED_VERIFICATION:
      case CURLE_SSL_CACERT_BADFILE:
        return {{ErrorKind::failed, told,
                 "If an authority of your own vouches for the server, name its file: SSL_CERT_FILE=…"},
                false};
      case CURLE_OPERATION_TIMEDOUT:
        return {{ErrorKind::timed_out, told, "Try again later: what is there is kept."}, true};
      case CURLE_PARTIAL_FILE:
      case CURLE_GOT_NOTHING:
      case CURLE_RECV_ERROR:
      case CURLE_SEND_ERROR:
      case CURLE_HTTP2:
      case CURLE_HTTP2_STREAM:
        return {{ErrorKind::unavailable, told, "Try again later: what is there is kept."}, true};
      default:
        return {{ErrorKind::failed, told}, false};
    }
  }

  PartialFile& file_;
  const TransferProgress& progress_;
  const std::stop_token& stop_;
  Handle<CURL, curl_easy_cleanup> curl_;
  Handle<curl_slist, curl_slist_free_all> headers_;
  std::array<char, CURL_ERROR_SIZE> words_{};
  bool begun_ = false;
  std::uint64_t total_ = 0;
  std::exception_ptr failure_;
};

}  // namespace

std::optional<Setback> transfer(const DownloadUrl& url, PartialFile& file, const TransferProgress& progress,
                                const std::stop_token& stop) {
  return Transfer(url, file, progress, stop).run();
}

}  // namespace nocloud
