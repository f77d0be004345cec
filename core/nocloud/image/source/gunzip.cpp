#include "nocloud/image/source/gunzip.hpp"

#include <string>

#include <fmt/format.h>
#include <zlib.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

// libarchive, which unpacks the rest, does not look at gzip's checksums.

namespace nocloud {
namespace {

class Inflater {
 public:
  explicit Inflater(const ByteSink& sink) : sink_(sink) {
    constexpr int gzip_only = 16;
    if (inflateInit2(&stream_, MAX_WBITS + gzip_only) != Z_OK) refuse_packed("there is no memory for it");
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  void take(std::string piece) {
    stream_.next_in = reinterpret_cast<Bytef*>(piece.data());
    stream_.avail_in = static_cast<uInt>(piece.size());
    // Output that filled all the room may go on.
    do {
      if (whole_) begin_member();
      step();
    } while (stream_.avail_in > 0 || (!whole_ && stream_.avail_out == 0));
  }

  void finish() const {
    if (!whole_) refuse_packed("it is cut short");
  }

 private:
  void begin_member() {
    if (inflateReset(&stream_) != Z_OK) refuse_packed("it is broken");
    whole_ = false;
  }

  void step() {
    stream_.next_out = reinterpret_cast<Bytef*>(out_.data());
    stream_.avail_out = static_cast<uInt>(out_.size());
    const int result = inflate(&stream_, Z_NO_FLUSH);
    // Z_BUF_ERROR: there was nothing left to do.
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
      refuse_packed(stream_.msg == nullptr ? "it is broken" : stream_.msg);
    }
    whole_ = result == Z_STREAM_END;
    sink_(std::string_view(out_).substr(0, out_.size() - stream_.avail_out));
  }

  const ByteSink& sink_;
  z_stream stream_{};
  std::string out_ = std::string(file_piece, '\0');
  bool whole_ = false;
};

}  // namespace

void refuse_packed(std::string_view why) {
  throw Error(ErrorKind::invalid_input, fmt::format("it cannot be unpacked: {}", printable(why)),
              "Fetch or copy the file again.");
}

void gunzip(const LocalFile& packed, const ByteSink& sink, const std::stop_token& stop) {
  Inflater inflater(sink);
  for (std::uint64_t offset = 0;;) {
    if (stop.stop_requested()) throw Error(ErrorKind::interrupted, "interrupted");
    auto piece = packed.read_at(offset, file_piece);
    if (piece.empty()) return inflater.finish();
    offset += piece.size();
    inflater.take(std::move(piece));
  }
}

}  // namespace nocloud
