#pragma once

#include <gtest/gtest.h>

#include "nocloud/base/error.hpp"

namespace nocloud::test {

/// The Error that the call ends with; a failure if it ends with none.
template <class Call>
Error refusal_of(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "it was not refused";
  return {ErrorKind::failed, ""};
}

}  // namespace nocloud::test
