#include "nocloud/model/connection_uri.hpp"

#include <filesystem>

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

TEST(ConnectionUri, ThatOnlySaysWhichHostIsCommon) {
  for (const auto* uri :
       {"qemu:///system", "qemu+unix:///session?socket=/run/x", "qemu:///session?socket=/run/x&mode=direct",
        "qemu+ssh://anna@tower:2222/system", "qemu+ssh://[fd00::1]/system?no_tty=1",
        "qemu+tls://tower/system", "qemu+libssh2://tower/system?", "qemu+tcp://tower/system",
        "test:///some/file.xml", "my-alias", ""}) {
    EXPECT_EQ(uncommon_part(uri), std::nullopt) << uri;
  }
}

TEST(ConnectionUri, ThatCouldRunAProgramIsNot) {
  struct Trouble {
    const char* uri;
    const char* part;
  };
  for (const auto& [uri, part] : {
           Trouble{"qemu+ext:///system?command=/x/evil", "+ext"},
           Trouble{"qemu+EXT:///system?command=/x/evil", "+EXT"},
           Trouble{"qemu+ssh+ext:///system", "+ssh+ext"},
           Trouble{"qemu+:///system?command=/x", "command=/x"},
           Trouble{"qemu+ssh://h/system?command=/x/evil", "command=/x/evil"},
           Trouble{"qemu+ssh://h/system?no_tty=1&c%6fmmand=/x", "c%6fmmand=/x"},
           Trouble{"qemu+ssh://h/system?no_tty=1;command=/x", "command=/x"},
           Trouble{"qemu+ssh://h/system?;&command=/x#?no_tty", "command=/x"},
           Trouble{"qemu+ssh://h/system?COMMAND=/x", "COMMAND=/x"},
           Trouble{"qemu+ssh://h?keyfile=/k", "keyfile=/k"},
           Trouble{"qemu+ssh://h/system?netcat=/x", "netcat=/x"},
           Trouble{"qemu+ssh://h/system?socket=/x", "socket=/x"},
           Trouble{"qemu+ssh://h/system?proxy=netcat", "proxy=netcat"},
           Trouble{"qemu+libssh2://h/system?no_verify=1", "no_verify=1"},
           Trouble{"qemu+libssh2://h/system?knownhosts=/x", "knownhosts=/x"},
           Trouble{"qemu+tls://h/system?pkipath=/x", "pkipath=/x"},
           Trouble{"qemu+ssh://-oProxyCommand=x/system", "-oProxyCommand=x"},
           Trouble{"qemu+ssh://anna@-oProxyCommand=x/system", "anna@-oProxyCommand=x"},
           Trouble{"qemu+ssh://%2doProxyCommand=x/system", "%2doProxyCommand=x"},
           Trouble{"qemu+ssh://h/system?something-new", "something-new"},
       }) {
    EXPECT_EQ(uncommon_part(uri), part) << uri;
  }
}

TEST(ConnectionUri, OfTheSameDaemonIsTheSame) {
  EXPECT_EQ(without_usual_transport("qemu+unix:///system"), "qemu:///system");
  EXPECT_EQ(without_usual_transport("qemu+unix:///session?socket=/x"), "qemu:///session?socket=/x");
  for (const std::string uri : {"qemu:///system", "qemu+ssh://a+unix://b/system", "test:///x+unix", ""}) {
    EXPECT_EQ(without_usual_transport(uri), uri);
  }
}

TEST(ConnectionUri, NamesALocalHypervisorByDriverAndPath) {
  for (const std::string uri :
       {"qemu:///system", "qemu+unix:///system", "qemu+unix:///system?mode=legacy", "qemu:///system#x",
        "qemu:///system?mode=direct#x?y", "qemu+tcp:///system", "qemu+ssh:///system?no_tty=1"}) {
    EXPECT_EQ(canonical_uri(uri), "qemu:///system") << uri;
  }
  for (const std::string uri :
       {"qemu+ssh://anna@tower/system?no_tty=1", "qemu+ext:///system?command=/x",
        "qemu+unix:///session?socket=/x", "test:///x+unix", "qemu+ssh://a+unix://b/system?x", "alias", ""}) {
    EXPECT_EQ(canonical_uri(uri), uri);
  }
}

TEST(ConnectionUri, KnowsTheKeyForTheWay) {
  const auto key_in = [](std::string_view uri) { return read_connection_uri(uri).via_key; };
  EXPECT_EQ(key_in("qemu+ssh://anna@tower:2222/system?keyfile=/k"), "/k");
  EXPECT_EQ(key_in("qemu+ssh://tower/system?no_tty=1&keyfile=/my%20key%2Fa%zz#x"), "/my key/a%zz");
  EXPECT_EQ(key_in("qemu+ssh://tower/system?keyfile=~/.ssh/k"), "~/.ssh/k");
  EXPECT_EQ(key_in("qemu+ssh://tower/system?keyfile=k"), (std::filesystem::current_path() / "k").string());
  EXPECT_EQ(key_in("qemu+ssh://tower/system?notkeyfile=/k"), "");
  EXPECT_EQ(key_in("qemu:///system?keyfile=/k"), "");
}

}  // namespace
}  // namespace nocloud::test
