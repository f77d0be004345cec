#pragma once

#include <memory>

namespace nocloud {

template <auto Free>
struct HandleDeleter {
  template <class Object>
  void operator()(Object* object) const noexcept {
    Free(object);
  }
};

/// Owns an object of a C library, from the expression that creates it: `Handle<virDomain, virDomainFree>`.
template <class Object, auto Free>
using Handle = std::unique_ptr<Object, HandleDeleter<Free>>;

}  // namespace nocloud
