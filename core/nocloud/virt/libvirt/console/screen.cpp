#include "nocloud/virt/libvirt/console/screen.hpp"

#include <fmt/format.h>
#include <libvirt/virterror.h>

#include "nocloud/base/text.hpp"
#include "nocloud/virt/libvirt/console/png.hpp"
#include "nocloud/virt/libvirt/storage/transfer.hpp"
#include "nocloud/virt/xml/domain/domain_screen.hpp"

namespace nocloud {
namespace {

/// More than any screen has.
constexpr std::size_t largest_picture = std::size_t{256} << 20U;

std::string running_xml(const Connection& connection, virDomainPtr domain, const VmName& name) {
  if (virDomainIsActive(domain) == 0) {
    throw Error(ErrorKind::unavailable, fmt::format("VM {} is down", cited(name.str())),
                fmt::format("`vm -n {} --log` shows what it wrote last.", name));
  }
  const TextHandle xml(virDomainGetXMLDesc(domain, 0));
  if (!xml) throw connection.error(fmt::format("cannot read VM '{}'", name), last_fault());
  return xml.get();
}

[[noreturn]] void refuse_without_screen(const VmName& name) {
  throw Error(
      ErrorKind::unavailable, fmt::format("VM {} has no screen", cited(name.str())),
      fmt::format("VMs have a serial console instead: `vm -n {0} --log`, `vm -n {0} --console`.", name));
}

}  // namespace

ScreenPlace open_screen_on(const Connection& connection, LibvirtVms& vms, const VmName& name,
                           const std::string& password) {
  const auto domain = vms.existing(name);
  const auto xml = running_xml(connection, domain.get(), name);
  const auto place = screen_place_in(xml);
  if (!place) refuse_without_screen(name);
  if (!place->socket.empty()) return *place;
  const auto changed = screen_xml_with(xml, password);
  if (virDomainUpdateDeviceFlags(domain.get(), changed.c_str(), VIR_DOMAIN_DEVICE_MODIFY_LIVE) < 0) {
    throw connection.error(fmt::format("cannot set the password of VM '{}'s screen", name), last_fault());
  }
  return *place;
}

std::string screenshot_on(const Connection& connection, LibvirtVms& vms, const VmName& name) {
  const auto domain = vms.existing(name);
  if (!has_screen(running_xml(connection, domain.get(), name))) refuse_without_screen(name);
  const auto what = fmt::format("cannot take a picture of VM '{}'s screen", name);
  std::string picture;
  Transfer(connection, what).screenshot(domain.get(), [&](std::string_view bytes) {
    picture += bytes;
    if (picture.size() > largest_picture) throw Error(ErrorKind::failed, what + ": it is too large");
  });
  return while_doing(what, [&] { return png_from(picture); });
}

}  // namespace nocloud
