#include "nocloud/ops/template/install_volumes.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/image/private_file.hpp"
#include "nocloud/image/scratch.hpp"
#include "nocloud/image/source/installer_kernel.hpp"
#include "nocloud/image/source/kernel_file.hpp"
#include "nocloud/ops/vm/make_vm.hpp"
#include "nocloud/seed/initrd_file.hpp"
#include "nocloud/seed/seed.hpp"

namespace nocloud {
namespace {

/// Fills a new volume of the VM with a file and what comes behind it.
void add_file(const Context& context, const VmName& vm, const VolumeName& name, const LocalFile& file,
              std::string_view tail = {}) {
  const auto total = file.size() + tail.size();
  create_anew(context.hypervisor, vm, {.name = name, .capacity_bytes = total});
  std::uint64_t offset = 0;
  context.hypervisor.upload(name, total, [&](std::size_t most) {
    if (context.stop.stop_requested()) throw Error(ErrorKind::interrupted, "interrupted");
    std::string piece;
    if (offset < file.size()) {
      const auto wanted = std::min<std::uint64_t>({most, file_piece, file.size() - offset});
      piece = file.read_at(offset, static_cast<std::size_t>(wanted));
    } else {
      piece = tail.substr(static_cast<std::size_t>(offset - file.size()), most);
    }
    offset += piece.size();
    context.reporter.progress(name.str(), offset, total);
    return piece;
  });
}

void add_text(const Context& context, const VmName& vm, const VolumeName& name, std::string_view text) {
  create_anew(context.hypervisor, vm, {.name = name, .capacity_bytes = text.size()});
  context.hypervisor.upload(name, text.size(), [&](std::size_t most) {
    std::string piece(text.substr(0, most));
    text.remove_prefix(piece.size());
    return piece;
  });
}

/// The user's words, and what the installer is to be told; what stands behind "---" is for the installed
/// system.
std::string full_command_line(const std::string& words, const InstallRequest& request) {
  if (!request.answers) return words;
  const auto further = command_line_for(request.answers->kind());
  return words.empty() ? std::string(further) : fmt::format("{} {}", words, further);
}

/// By the volume descriptor that every ISO 9660 image has in its 17th sector.
void check_is_iso(const std::filesystem::path& path, const LocalFile& file) {
  constexpr std::uint64_t descriptor = 32768 + 1;
  if (file.size() > descriptor + 5 && file.read_at(descriptor, 5) == "CD001") return;
  throw Error(ErrorKind::invalid_input, fmt::format("{} is no ISO image", cited(path.string())),
              "Give an installer's image as distributions publish it, NAME.iso.");
}

/// A copy of its own, which takes room for as long as it is open only.
LocalFile opened_copy(const std::filesystem::path& file, const std::stop_token& stop) {
  return LocalFile::open(PrivateFile::copy_of(file, stop).path());
}

}  // namespace

InstallFiles InstallFiles::open(const InstallRequest& request, const std::stop_token& stop) {
  InstallFiles files(request);
  if (request.medium) files.open_medium(*request.medium, stop);
  if (request.kernel) files.open_kernel(*request.kernel, stop);
  if (files.kernel_ || (files.medium_ && !request.answers)) return files;
  throw Error(ErrorKind::usage, "nothing says what the installer is started from",
              "Give its ISO image, or its kernel and its initrd.");
}

void InstallFiles::open_medium(const std::filesystem::path& medium, const std::stop_token& stop) {
  const auto copy = PrivateFile::copy_of(medium, stop);
  medium_ = LocalFile::open(copy.path());
  check_is_iso(medium, *medium_);
  if (request_.kernel || !request_.answers) return;
  // The boot loader on the medium can't be told where the answers are.
  const auto folder = scratch_folder();
  while_doing(cited(medium.string()), [&] { extract_installer_kernel(copy.path(), folder->path()); });
  open_kernel({.kernel = folder->path() / "vmlinuz", .initrd = folder->path() / "initrd", .command_line = {}},
              stop);
}

void InstallFiles::open_kernel(const KernelChoice& choice, const std::stop_token& stop) {
  const auto command_line = full_command_line(choice.command_line, request_);
  check_command_line(command_line);
  auto kernel = opened_copy(choice.kernel, stop);
  while_doing(fmt::format("{} can't be used as a kernel", cited(choice.kernel.string())),
              [&] { check_kernel_head(kernel.read_at(0, kernel_head)); });
  kernel_ = Kernel{
      .kernel = std::move(kernel), .initrd = opened_copy(choice.initrd, stop), .command_line = command_line};
}

std::optional<DirectBoot> InstallFiles::boot() const {
  if (!kernel_) return std::nullopt;
  return DirectBoot{.kernel = kernel_of(request_.name),
                    .initrd = initrd_of(request_.name),
                    .command_line = kernel_->command_line};
}

Installation InstallFiles::installation(Installation::Screen screen) const {
  return {.medium = medium_.has_value(), .seed = has_seed(), .screen = screen};
}

void InstallFiles::add_volumes(const Context& context, const std::string& uuid) const {
  create_anew(context.hypervisor, request_.name,
              {.name = overlay_of(request_.name),
               .format = NewVolume::Format::qcow2,
               .capacity_bytes = request_.disk.bytes()});
  if (kernel_) add_kernel(context);
  if (medium_) add_file(context, request_.name, medium_of(request_.name), *medium_);
  if (has_seed()) add_seed(context, uuid);
}

bool InstallFiles::has_seed() const {
  return request_.answers && request_.answers->kind() == Answers::Kind::autoinstall;
}

void InstallFiles::add_kernel(const Context& context) const {
  add_file(context, request_.name, kernel_of(request_.name), kernel_->kernel);
  const auto file = request_.answers ? file_for(request_.answers->kind()) : std::string_view();
  const auto tail =
      file.empty() ? std::string() : initrd_file(kernel_->initrd.size(), file, request_.answers->text());
  add_file(context, request_.name, initrd_of(request_.name), kernel_->initrd, tail);
}

void InstallFiles::add_seed(const Context& context, const std::string& uuid) const {
  const auto meta_data = fmt::format("{{\"instance-id\": \"{}\"}}\n", uuid);
  add_text(context, request_.name, seed_of(request_.name),
           seed_iso({.meta_data = meta_data, .user_data = request_.answers->text()}));
}

}  // namespace nocloud
