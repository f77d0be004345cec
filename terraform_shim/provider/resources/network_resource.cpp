#include "terraform_shim/provider/resources/network_resource.hpp"

#include <fmt/format.h>

#include "nocloud/base/text.hpp"
#include "nocloud/ops/network/networks.hpp"
#include "terraform_shim/provider/resources/making.hpp"

namespace nocloud::terraform {
namespace {

const Block& network_block() {
  static const Block block{
      .description =
          "A NAT network with DHCP and DNS of its own, for VMs whose `networks` name it as `nat=NAME`. Their "
          "addresses on it are known before their first boot. It can be destroyed once no VM is on it. A "
          "network of its name that is there already is a conflict, also one that a killed apply left; "
          "`terraform import` puts one that nocloud made under the resource.",
      .attributes = {
          name_attribute("The name.", check_text<NetworkName::parse>),
          {.name = "subnet",
           .description = "Such as `192.168.7.0/24`. By default a /20 that the host does not use, the first "
                          "free one of 10.112.0.0/13 and further private ranges.",
           .source = Attribute::Source::either,
           .on_change = Attribute::OnChange::replace,
           .check = check_text<Ipv4Subnet::parse>},
          {.name = "id", .description = "The name.", .source = Attribute::Source::computed},
          {.name = "uuid",
           .description = "libvirt's UUID. Another network of the same name has another one.",
           .source = Attribute::Source::computed},
          {.name = "bridge", .description = "The bridge on the host.", .source = Attribute::Source::computed},
          {.name = "state",
           .description = "`active`; one that a refresh finds `inactive` is started by the next apply.",
           .source = Attribute::Source::computed}}};
  return block;
}

NetworkName network_name(const Value& values) {
  return Fields(values).parsed("name", NetworkName::parse).value();
}

/// One that nocloud made.
std::optional<Network> own_network(const Session& session, const NetworkName& name) {
  auto found = session.context.hypervisor.find_network(name);
  if (found && !is_ours(*found, session.context.realm)) return std::nullopt;
  return found;
}

Value state_of(const Network& found, const Value& known) {
  auto state = known;
  state.update({{"id", found.name.str()},
                {"name", found.name.str()},
                {"uuid", found.uuid},
                {"bridge", found.bridge},
                {"state", found.active ? "active" : "inactive"}});
  // As the user spells it.
  const auto subnet = Fields(known).parsed("subnet", Ipv4Subnet::parse);
  if (subnet != found.subnet) state["subnet"] = found.subnet.str();
  return without_unknowns(state);
}

class NetworkResource final : public Resource {
 public:
  const Block& schema() const override { return network_block(); }

  std::vector<Thing> things(const Value& values) const override {
    const auto name = Fields(values).text("name");
    if (!name) return {};
    return {{.kind = Thing::Kind::network, .name = *name, .uuid = Identity::in(values).uuid}};
  }

  void refine(const Session* /*session*/, Plan& plan) const override {
    plan.planned["id"] = plan.planned["name"];
    plan.planned["state"] = "active";
  }

  Value read(const Session& session, const Value& state) const override {
    const auto found = own_network(session, network_name(state));
    if (!found) return nullptr;
    const Thing thing{.kind = Thing::Kind::network, .name = found->name.str(), .uuid = found->uuid};
    return is_the_one(state, thing, {}) ? state_of(*found, state) : Value();
  }

  Outcome create(const Session& session, const Value& planned) const override {
    return make(session, planned, NetworkTakeover::refuse);
  }

  Outcome update(const Session& session, const Value& prior, const Value& planned) const override {
    if (read(session, prior).is_null()) refuse_vanished(things(prior).front());
    return make(session, planned, NetworkTakeover::take);
  }

  void destroy(const Session& session, const Value& prior) const override {
    if (!read(session, prior).is_null()) remove_network(session.context, network_name(prior));
  }

  Value import(const Session& session, std::string_view id) const override {
    const auto name = while_doing("the id", [&] { return NetworkName::parse(id); });
    if (const auto found = own_network(session, name)) return state_of(*found, schema().defaults());
    throw Error(ErrorKind::not_found, fmt::format("there is no network {} that nocloud made", cited(id)),
                "Others' networks can be used as they are: nat=NAME.");
  }

 private:
  static Outcome make(const Session& session, const Value& planned, NetworkTakeover takeover) {
    const auto subnet = Fields(planned).parsed("subnet", Ipv4Subnet::parse);
    return {.state =
                state_of(make_network(session.context, network_name(planned), subnet, takeover), planned)};
  }
};

}  // namespace

std::unique_ptr<Resource> network_resource() {
  return std::make_unique<NetworkResource>();
}

}  // namespace nocloud::terraform
