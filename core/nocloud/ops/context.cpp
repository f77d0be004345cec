#include "nocloud/ops/context.hpp"

namespace nocloud {

namespace {

Context with(const Context& context, Reporter& reporter, const Locks& locks) {
  // Whoever adds a member has to name it here: until then this does not compile.
  const auto& [hypervisor, ssh, clock, replaced, keyring, replaced_locks, caller, realm, runtime_folder,
               downloads, stop] = context;
  return {.hypervisor = hypervisor,
          .ssh = ssh,
          .clock = clock,
          .reporter = reporter,
          .keyring = keyring,
          .locks = locks,
          .caller = caller,
          .realm = realm,
          .runtime_folder = runtime_folder,
          .downloads = downloads,
          .stop = stop};
}

}  // namespace

Context with(const Context& context, Reporter& reporter) {
  return with(context, reporter, context.locks);
}

Context with(const Context& context, const Locks& locks) {
  return with(context, context.reporter, locks);
}

}  // namespace nocloud
