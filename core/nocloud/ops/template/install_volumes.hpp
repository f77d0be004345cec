#pragma once

#include <stop_token>

#include "nocloud/image/local_file.hpp"
#include "nocloud/ops/template/install.hpp"

namespace nocloud {

/// The files of this machine that an installation needs, looked at before anything is made.
class InstallFiles {
 public:
  /// Copies them first: what is looked at is what is used. Throws Error{not_found} or Error{invalid_input}
  /// for what is no kernel, initrd or ISO image; Error{interrupted}.
  static InstallFiles open(const InstallRequest& request, const std::stop_token& stop);

  /// How the VM boots the installer; nothing if it does so from the medium by itself.
  std::optional<DirectBoot> boot() const;
  Installation installation(Installation::Screen screen) const;
  /// Makes all volumes of the VM: an empty disk, and what the installer is started from.
  void add_volumes(const Context& context, const std::string& uuid) const;

 private:
  struct Kernel {
    LocalFile kernel;
    LocalFile initrd;
    std::string command_line;
  };

  explicit InstallFiles(const InstallRequest& request) : request_(request) {}
  void open_medium(const std::filesystem::path& medium, const std::stop_token& stop);
  void open_kernel(const KernelChoice& choice, const std::stop_token& stop);
  bool has_seed() const;
  void add_kernel(const Context& context) const;
  void add_seed(const Context& context, const std::string& uuid) const;

  const InstallRequest& request_;
  std::optional<Kernel> kernel_;
  std::optional<LocalFile> medium_;
};

}  // namespace nocloud
