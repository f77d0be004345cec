#pragma once

#include <map>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "nocloud/base/file/file.hpp"
#include "nocloud/program/caller.hpp"
#include "provider/plugin.hpp"

namespace nocloud::test {

using terraform::unknown;
using terraform::Value;
using terraform::write_msgpack;

/// A host of libvirt's test driver on which the caller has VMs web00 … that run, and the provider there.
class ProviderStage : public testing::Test {
 protected:
  explicit ProviderStage(unsigned vms = 2) {
    make_folder(runtime(), 0700);
    make_folder(folder.path() / "home", 0700);
    std::string domains = source();
    for (unsigned number = 0; number < vms; ++number) domains += domain(number);
    write_file(world(), fmt::format(node, domains), 0600);
  }

  std::filesystem::path runtime() const { return folder.path() / "run"; }
  std::filesystem::path world() const { return folder.path() / "node.xml"; }
  std::string uri() const { return "test://" + world().string(); }
  std::map<std::string, std::string> environment() const {
    return {{"PATH", "/usr/bin:/bin"},
            {"HOME", (folder.path() / "home").string()},
            {"XDG_RUNTIME_DIR", runtime().string()},
            {"LIBVIRT_DEFAULT_URI", uri()}};
  }

  static std::string web(unsigned number) { return fmt::format("web{:02}", number); }
  /// An object of these attributes, the others null, as it goes over the wire.
  static Value object(const std::vector<std::string>& names, const Value& given) {
    auto object = Value::object();
    for (const auto& name : names) object[name] = nullptr;
    object.update(given);
    return object;
  }
  static Value vm(const Value& given) {
    return object({"name",  "template", "group",     "type",      "memory",   "cpus",
                   "disks", "networks", "virt_type", "user_data", "wait_for", "timeout",
                   "id",    "uuid",     "state",     "mac",       "ip",       "host",
                   "port",  "via",      "user",      "host_key",  "ssh_args", "user_data_sha256"},
                  given);
  }
  static Value settings(const Value& given = Value::object()) {
    return object({"uri", "network", "virt_type", "ssh_public_keys"}, given);
  }
  static std::string bytes(const Value& value) { return write_msgpack(value); }

  TemporaryFolder folder;

 private:
  std::string domain(unsigned number) const {
    const auto owner = find_caller().owner;
    return fmt::format(record, web(number), number, owner.user, owner.host, std::string(64, 'a'));
  }

  static std::string source() {
    const auto owner = find_caller().owner;
    return fmt::format(template_record, owner.user, owner.host, std::string(64, 'a'));
  }

  static constexpr auto template_record = R"(
  <pool type='dir'>
    <name>nocloud</name>
    <target><path>/pretended/nocloud</path></target>
    <volume><name>sha256-{2}.qcow2</name><capacity unit='bytes'>1048576</capacity></volume>
  </pool>
  <domain type='qemu'>
    <name>debian12.template</name>
    <metadata>
      <nocloud:template xmlns:nocloud='urn:nocloud:template:1' complete='yes'>
        <nocloud:owner user='{0}' host='{1}'/>
        <nocloud:guest user='debian' init='cloud-init'/>
        <nocloud:base volume='sha256-{2}.qcow2'/>
      </nocloud:template>
    </metadata>
    <memory unit='MiB'>1024</memory>
    <vcpu>1</vcpu>
    <os><type>hvm</type></os>
  </domain>)";
  static constexpr auto node =
      "<node><cpu><mhz>2000</mhz><model>i686</model><active>2</active><nodes>1</nodes><sockets>1</sockets>"
      "<cores>2</cores><threads>1</threads></cpu><memory>8388608</memory>{}</node>\n";
  static constexpr auto record = R"(
  <domain type='qemu'>
    <name>{}</name>
    <uuid>6d5d5c5e-0000-4000-8000-{:012}</uuid>
    <metadata>
      <nocloud:vm xmlns:nocloud='urn:nocloud:vm:1' complete='yes' group='pftest' type='web' template='debian12'>
        <nocloud:owner user='{}' host='{}'/>
        <nocloud:guest user='debian' init='cloud-init'
          host-key='ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGEgaG9zdCBrZXkgb2YgMzIgYnl0ZXMgaW4gYSB0ZXN0'/>
        <nocloud:base volume='sha256-{}.qcow2'/>
        <nocloud:nic network='user' mac='52:54:00:00:00:01' port='1'/>
      </nocloud:vm>
    </metadata>
    <memory unit='MiB'>1024</memory>
    <vcpu>1</vcpu>
    <os><type>hvm</type></os>
  </domain>)";
};

/// The same with a provider that is configured.
class ConfiguredStage : public ProviderStage {
 protected:
  explicit ConfiguredStage(unsigned vms = 2) : ProviderStage(vms), plugin(NOCLOUD_PROVIDER, environment()) {
    EXPECT_EQ(plugin.configure(bytes(settings())).errors, std::vector<std::string>());
  }

  /// A command's first plan.
  Reply plan(const Value& prior, const Value& config, const std::string& handed_on = {}) {
    plugin.configure(bytes(settings()));
    return plugin.plan("nocloud_vm", bytes(prior), bytes(config), handed_on);
  }
  Value imported(unsigned number) { return plugin.import("nocloud_vm", web(number)).value; }

  Plugin plugin;
};

}  // namespace nocloud::test
