#include "terraform_shim/provider/resources/group_members.hpp"

#include "terraform_shim/provider/resources/vm_values.hpp"

namespace nocloud::terraform {

Members members_of(const Value& state, const std::vector<Thing>& things) {
  Members members;
  const auto vms = Fields(state).raw("vms");
  for (const auto& thing : things) members[thing.name] = vms.is_object() ? vms.at(thing.name) : Value();
  return members;
}

bool is_member(const Members& members, const Vm& vm) {
  const auto known = members.find(vm.name.str());
  return known != members.end() &&
         is_the_one(known->second, {.kind = Thing::Kind::vm, .name = vm.name.str(), .uuid = vm.uuid},
                    vm.unconfirmed);
}

Value maybe_made(const Session& session, const Value& before, const std::set<std::string>& described) {
  auto state = before;
  auto& vms = state["vms"];
  if (!vms.is_object()) vms = Value::object();
  const auto type = vm_object_type();
  for (const auto& name : described) {
    auto& vm = vms[name];
    if (vm.is_null()) {
      for (const auto& [attribute, kind] : type.at(1).items()) vm[attribute] = nullptr;
      vm["name"] = name;
    }
    vm["uuid"] = Identity{.uuid = Identity::in(vm).uuid, .run = session.keeping.run}.text();
  }
  return state;
}

}  // namespace nocloud::terraform
