#include "nocloud/image/source/unpack.hpp"

#include <exception>
#include <string>
#include <string_view>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/handle.hpp"
#include "nocloud/image/source/gunzip.hpp"
#include "nocloud/image/sparse_file.hpp"

namespace nocloud {
namespace {

constexpr std::string_view gzip_magic = "\x1f\x8b";

using Reader = Handle<archive, archive_read_free>;

/// A few bytes can stand for any number of zeros.
constexpr std::uint64_t most_unpacked = std::uint64_t{1} << 40U;

/// A file as libarchive asks for it.
class Source {
 public:
  Source(const LocalFile& file, const std::stop_token& stop) : file_(file), stop_(stop) {}

  static la_ssize_t read(archive* /*reader*/, void* self, const void** bytes) noexcept {
    auto& source = *static_cast<Source*>(self);
    try {
      if (source.stop_.stop_requested()) throw Error(ErrorKind::interrupted, "interrupted");
      source.piece_ = source.file_.read_at(source.offset_, file_piece);
      source.offset_ += source.piece_.size();
      *bytes = source.piece_.data();
      return static_cast<la_ssize_t>(source.piece_.size());
    } catch (...) {
      source.failure_ = std::current_exception();  // libarchive's frames are no place to throw through
      return ARCHIVE_FATAL;
    }
  }
  /// Throws what was wrong with the file itself, if anything was.
  void check() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  const LocalFile& file_;
  const std::stop_token& stop_;
  std::uint64_t offset_ = 0;
  std::string piece_;
  std::exception_ptr failure_;
};

void unpack_by_libarchive(const LocalFile& packed, const ByteSink& sink, const std::stop_token& stop) {
  Source source(packed, stop);
  const Reader reader(archive_read_new());
  archive_entry* entry = nullptr;
  const auto require = [&](bool done) {
    source.check();
    if (done) return;
    const char* why = archive_error_string(reader.get());
    refuse_packed(why == nullptr ? "it is broken" : why);
  };
  for (auto* support :
       {archive_read_support_filter_xz, archive_read_support_filter_zstd, archive_read_support_format_raw}) {
    require(support(reader.get()) == ARCHIVE_OK);
  }
  require(archive_read_open(reader.get(), &source, nullptr, Source::read, nullptr) == ARCHIVE_OK);
  require(archive_read_next_header(reader.get(), &entry) == ARCHIVE_OK);
  std::string piece(file_piece, '\0');
  for (;;) {
    const auto count = archive_read_data(reader.get(), piece.data(), piece.size());
    require(count >= 0);
    if (count == 0) return;
    sink(std::string_view(piece).substr(0, static_cast<std::size_t>(count)));
  }
}

}  // namespace

void unpack(const LocalFile& packed, const std::filesystem::path& target, const std::stop_token& stop) {
  SparseFile file(target);
  const auto append = [&](std::string_view bytes) {
    file.append(bytes);
    if (file.size() > most_unpacked) {
      throw Error(ErrorKind::invalid_input, fmt::format("it holds more than {} GiB", most_unpacked >> 30U));
    }
  };
  if (packed.read_at(0, gzip_magic.size()) == gzip_magic) {
    gunzip(packed, append, stop);
  } else {
    unpack_by_libarchive(packed, append, stop);
  }
  file.finish();
}

}  // namespace nocloud
