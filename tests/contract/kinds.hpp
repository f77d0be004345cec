#pragma once

#include "contract/contract.hpp"

namespace nocloud::test {

inline const auto every_kind = testing::Values(AdapterKind{"Fake", make_fake_adapter},
                                               AdapterKind{"TestDriver", make_test_driver_adapter},
                                               AdapterKind{"Libvirt", make_libvirt_adapter});

inline std::string name_of_kind(const testing::TestParamInfo<AdapterKind>& info) {
  return info.param.name;
}

}  // namespace nocloud::test
