#include <fmt/format.h>

#include "nocloud/virt/libvirt/console/png.hpp"
#include "support/fake_hypervisor.hpp"

namespace nocloud::test {

FakeWorld::Domain& FakeHypervisor::domain_with_screen(const VmName& name) {
  auto& domain = existing_vm(name);
  const auto& installation = domain.vm->installation;
  if (is_up(domain.state) && installation && installation->screen != Installation::Screen::none)
    return domain;
  throw Error(ErrorKind::unavailable,
              fmt::format("VM '{}' {}", name, is_up(domain.state) ? "has no screen" : "is down"));
}

ScreenPlace FakeHypervisor::open_screen(const VmName& name, const std::string& password) {
  return call("open_screen", name.str(), [&]() -> ScreenPlace {
    auto& domain = domain_with_screen(name);
    if (domain.vm->installation->screen == Installation::Screen::socket) return {.socket = "/run/vnc.sock"};
    domain.screen_password = password;
    return {.port = 5900};
  });
}

std::string FakeHypervisor::screenshot(const VmName& name) {
  return call("screenshot", name.str(), [&] {
    domain_with_screen(name);
    return png_from("P6 1 1 255\nrgb");
  });
}

}  // namespace nocloud::test
