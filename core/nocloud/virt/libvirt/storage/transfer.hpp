#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "nocloud/virt/hypervisor.hpp"
#include "nocloud/virt/libvirt/connection.hpp"

namespace nocloud {

/// Bytes on their way to or from the host; broken off with this object unless they all went through.
class Transfer {
 public:
  /// `what` begins the messages of errors: "cannot fill the volume 'x'".
  Transfer(const Connection& connection, std::string what);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  void upload(virStorageVolPtr volume, std::uint64_t bytes, const ByteSource& source);
  /// All of it.
  void download(virStorageVolPtr volume, const ByteSink& sink);
  /// What is on a running domain's screen, as its hypervisor draws it.
  void screenshot(virDomainPtr domain, const ByteSink& sink);
  /// At most `length` bytes from `offset` on.
  std::string download(virStorageVolPtr volume, std::uint64_t offset, std::size_t length);

 private:
  void send(std::string_view bytes);
  void open(virStorageVolPtr volume, std::uint64_t offset, std::size_t length);
  /// The next bytes, at most `most`; none at the end.
  std::string_view receive(std::size_t most);
  void receive_all(const ByteSink& sink);
  void finish();

  const Connection& connection_;
  const std::string what_;
  StreamHandle stream_;
  std::array<char, 65'536> buffer_{};
  bool open_ = false;
};

}  // namespace nocloud
