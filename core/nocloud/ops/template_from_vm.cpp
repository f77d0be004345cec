#include "nocloud/ops/template_from_vm.hpp"

#include <fstream>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/image/scratch.hpp"

namespace nocloud {
namespace {

void fetch_volume(const Context& context, const VolumeName& name, const std::filesystem::path& path) {
  constexpr std::size_t piece_size = std::size_t{16} << 20U;
  std::ofstream file(path, std::ios::binary);
  for (std::uint64_t offset = 0; file;) {
    if (context.stop.stop_requested()) throw Error(ErrorKind::interrupted, "interrupted");
    const auto piece = context.hypervisor.read_volume(name, offset, piece_size);
    file.write(piece.data(), static_cast<std::streamsize>(piece.size()));
    offset += piece.size();
    if (piece.size() == piece_size) continue;
    file.close();
    if (file) return;
  }
  throw system_error(fmt::format("cannot write {}", cited(path.string())));
}

}  // namespace

TemplateChange template_from_vm(const Context& context, const MakeTemplateRequest& request,
                                const VmName& vm) {
  const auto folder = scratch_folder();
  const auto path = folder->path() / overlay_of(vm).str();
  return while_doing(fmt::format("making template {} of VM {}", cited(request.name.str()), cited(vm.str())),
                     [&] {
                       fetch_volume(context, overlay_of(vm), path);
                       return make_template(context, request, verify_image(path, std::nullopt, context.stop));
                     });
}

}  // namespace nocloud
