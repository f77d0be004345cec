#include "nocloud/image/unpack.hpp"

#include <cerrno>
#include <exception>
#include <string>
#include <string_view>

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/fd.hpp"
#include "nocloud/base/handle.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/image/gunzip.hpp"

namespace nocloud {
namespace {

constexpr std::string_view gzip_magic = "\x1f\x8b";

using Reader = Handle<archive, archive_read_free>;

/// A few bytes can stand for any number of zeros.
constexpr std::uint64_t most_unpacked = std::uint64_t{1} << 40U;
constexpr std::size_t hole_bytes = 65'536;

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

/// A new file in which zeros are holes.
class SparseFile {
 public:
  explicit SparseFile(const std::filesystem::path& path)
      : fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {
    if (!fd_) throw system_error(fmt::format("cannot make {}", cited(path.string())));
  }

  void append(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto piece = bytes.substr(0, hole_bytes);
      if (piece.find_first_not_of('\0') != std::string_view::npos) write(piece);
      size_ += piece.size();
      bytes.remove_prefix(piece.size());
    }
    if (size_ > most_unpacked) {
      throw Error(ErrorKind::invalid_input, fmt::format("it holds more than {} GiB", most_unpacked >> 30U));
    }
  }

  void finish() {
    if (::ftruncate(fd_.get(), static_cast<off_t>(size_)) != 0) throw no_room();
  }

 private:
  static Error no_room() {
    auto error = system_error("it cannot be unpacked");
    return {error.kind(), error.message(), "If space is short, set TMPDIR to a folder with more of it."};
  }

  void write(std::string_view bytes) const {
    auto offset = static_cast<off_t>(size_);
    while (!bytes.empty()) {
      const auto count = ::pwrite(fd_.get(), bytes.data(), bytes.size(), offset);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) throw no_room();
      offset += count;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }

  Fd fd_;
  std::uint64_t size_ = 0;
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
  const auto append = [&](std::string_view bytes) { file.append(bytes); };
  if (packed.read_at(0, gzip_magic.size()) == gzip_magic) {
    gunzip(packed, append, stop);
  } else {
    unpack_by_libarchive(packed, append, stop);
  }
  file.finish();
}

}  // namespace nocloud
