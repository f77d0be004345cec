#include "terraform_shim/provider/resource.hpp"

namespace nocloud::terraform {

Value found_after_failure(const Resource& resource, const Session& session, const Value& before) {
  session.listing.forget();
  try {
    return resource.read(session, before);
  } catch (const Error& error) {  // as when libvirt is gone
    session.context.reporter.warn("what is there now could not be found out: " + error.message(),
                                  error.hint());
    return without_unknowns(before);
  }
}

}  // namespace nocloud::terraform
