#include "nocloud/virt/libvirt/storage/transfer.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace nocloud {
namespace {

/// A little less than what fits into one message to libvirt's daemon.
constexpr std::size_t piece_size = std::size_t{256} * 1000;

}  // namespace

Transfer::Transfer(const Connection& connection, std::string what)
    : connection_(connection), what_(std::move(what)), stream_(virStreamNew(connection.get(), 0)) {
  if (!stream_) throw connection_.error(what_, last_fault());
}

Transfer::~Transfer() {
  if (open_) virStreamAbort(stream_.get());
}

void Transfer::upload(virStorageVolPtr volume, std::uint64_t bytes, const ByteSource& source) {
  if (virStorageVolUpload(volume, stream_.get(), 0, bytes, 0) < 0) {
    throw connection_.error(what_, last_fault());
  }
  open_ = true;
  for (std::uint64_t left = bytes; left > 0;) {
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(left, piece_size));
    const auto piece = source(most);
    if (piece.empty() || piece.size() > most) {
      throw Error(ErrorKind::failed,
                  fmt::format("{}: its source gave another number of bytes than announced", what_));
    }
    send(piece);
    left -= piece.size();
  }
  finish();
}

void Transfer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const int sent = virStreamSend(stream_.get(), bytes.data(), bytes.size());
    if (sent < 0) throw connection_.error(what_, last_fault());
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void Transfer::open(virStorageVolPtr volume, std::uint64_t offset, std::size_t length) {
  if (virStorageVolDownload(volume, stream_.get(), offset, length, 0) < 0) {
    throw connection_.error(what_, last_fault());
  }
  open_ = true;
}

std::string_view Transfer::receive(std::size_t most) {
  const int received = virStreamRecv(stream_.get(), buffer_.data(), std::min(buffer_.size(), most));
  if (received < 0) throw connection_.error(what_, last_fault());
  return {buffer_.data(), static_cast<std::size_t>(received)};
}

void Transfer::download(virStorageVolPtr volume, const ByteSink& sink) {
  open(volume, 0, 0);  // libvirt's words for all of it
  receive_all(sink);
}

void Transfer::screenshot(virDomainPtr domain, const ByteSink& sink) {
  constexpr unsigned first_screen = 0;
  const TextHandle type(virDomainScreenshot(domain, stream_.get(), first_screen, 0));
  if (!type) throw connection_.error(what_, last_fault());
  open_ = true;
  receive_all(sink);
}

void Transfer::receive_all(const ByteSink& sink) {
  for (;;) {
    const auto bytes = receive(buffer_.size());
    if (bytes.empty()) break;
    sink(bytes);
  }
  finish();
}

std::string Transfer::download(virStorageVolPtr volume, std::uint64_t offset, std::size_t length) {
  open(volume, offset, length);
  std::string bytes;
  while (bytes.size() < length) {
    const auto more = receive(length - bytes.size());
    if (more.empty()) break;
    bytes += more;
  }
  finish();
  return bytes;
}

void Transfer::finish() {
  // Errors of the last bytes arrive only now; after this the stream is closed either way.
  open_ = false;
  if (virStreamFinish(stream_.get()) < 0) throw connection_.error(what_, last_fault());
}

}  // namespace nocloud
