#include "nocloud/virt/connection_uri.hpp"

#include <gtest/gtest.h>

namespace nocloud::test {
namespace {

struct Case {
  const char* uri;
  bool local;
  const char* via;
  bool session;
};

TEST(ConnectionUri, KnowsWhereItLeads) {
  for (const auto& [uri, local, via, session] : {
           Case{"qemu:///system", true, "", false},
           Case{"qemu:///session", true, "", true},
           Case{"qemu:///session?socket=/run/x", true, "", true},
           Case{"qemu+unix:///system", true, "", false},
           Case{"qemu+ssh://anna@tower/system", false, "anna@tower", false},
           Case{"qemu+ssh://tower/session", false, "tower", true},
           Case{"qemu+ssh://anna@tower:2222/system?keyfile=/k", false, "ssh://anna@tower:2222", false},
           Case{"qemu+libssh2://tower/system", false, "tower", false},
           Case{"qemu+ssh://[fd00::1]/system", false, "[fd00::1]", false},
           Case{"qemu+ssh://[fd00::1]:22/system", false, "ssh://[fd00::1]:22", false},
           Case{"qemu+tls://tower/system", false, "", false},
           Case{"qemu+tcp://tower:16509/system", false, "", false},
           Case{"qemu+ssh://tower", false, "tower", false},
           Case{"nonsense", true, "", false},
           Case{"", true, "", false},
       }) {
    const auto place = read_connection_uri(uri);
    EXPECT_EQ(place.local, local) << uri;
    EXPECT_EQ(place.via, via) << uri;
    EXPECT_EQ(place.session, session) << uri;
    EXPECT_FALSE(place.pretended) << uri;
  }
  EXPECT_TRUE(read_connection_uri("test:///default").pretended);
}

}  // namespace
}  // namespace nocloud::test
