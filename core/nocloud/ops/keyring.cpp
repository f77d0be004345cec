#include "nocloud/ops/keyring.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/error.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/file/file_lock.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ssh/keys/user_key.hpp"
#include "nocloud/ssh/ssh_config.hpp"

namespace nocloud {
namespace {

constexpr std::size_t largest_known_hosts = std::size_t{16} << 20U;
constexpr std::size_t largest_block = 65536;
/// The lock is held while one file is written. A run that was asked to stop still forgets the VMs it removes.
constexpr std::chrono::seconds longest_rewriting = std::chrono::minutes{1};
constexpr std::chrono::seconds rewriting_after_stop{2};

}  // namespace

std::string public_key_from(std::string_view line) {
  const auto keys = public_key_lines(line).keys;
  if (keys.size() == 1 && keys.front() == trimmed(line)) return keys.front();
  throw Error(ErrorKind::invalid_input, fmt::format("{} is no SSH public key", cited(line)),
              "Give one line of a .pub file: \"ssh-ed25519 AAAA… comment\".");
}

Keyring::Keyring(std::filesystem::path folder, std::filesystem::path home, LockHabits habits,
                 std::stop_token stop)
    : folder_(std::move(folder)),
      home_(std::move(home)),
      habits_(std::move(habits)),
      stop_(std::move(stop)) {}

HostKeySecret Keyring::secret() const {
  const FileRights rights(habits_.user);
  const auto path = folder_ / "secret";
  make_folder(folder_, 0700);
  auto bytes = read_file_if_present(path, 32);
  if (!bytes) {
    write_new_file(path, random_bytes(32), 0600);  // when another run was first, its secret is the one
    bytes = read_file(path, 32);
  }
  HostKeySecret secret{};
  if (bytes->size() != secret.bytes.size()) {
    throw Error(ErrorKind::invalid_input, fmt::format("{} does not hold 32 bytes", cited(path.string())),
                "Restore it from a backup. Removing it makes a new one: the host keys of VMs made from then "
                "on differ.");
  }
  std::copy(bytes->begin(), bytes->end(), secret.bytes.begin());
  return secret;
}

SshKey Keyring::host_key_of(const VmName& name) const {
  return derive_host_key(secret(), name);
}

MeetingPoint Keyring::meeting_point_of(const GroupName& group) const {
  const auto key =
      hkdf_sha256(bytes_of(secret().bytes), fmt::format("nocloud group network v1:{}", group.str()));
  return MeetingPoint::of_text(bytes_of(key));
}

std::filesystem::path Keyring::identity() const {
  const FileRights rights(habits_.user);
  make_folder(folder_, 0700);
  auto path = folder_ / "id_ed25519";
  load_or_make_user_key(path);
  return path;
}

AuthorizedKeys Keyring::authorized_keys() const {
  const FileRights rights(habits_.user);
  make_folder(folder_, 0700);
  const auto ours = load_or_make_user_key(folder_ / "id_ed25519");
  auto keys = nocloud::authorized_keys(home_);
  std::erase(keys.lines, ours);
  keys.lines.insert(keys.lines.begin(), ours);
  return keys;
}

FileLock Keyring::lock_known_hosts() const {
  const auto tell = [this](const std::string& holder) {
    if (habits_.on_long_wait) habits_.on_long_wait("known_hosts", fmt::format("waiting for {}", holder));
  };
  const auto limit = std::min(habits_.limit.value_or(longest_rewriting), longest_rewriting);
  return FileLock::acquire(
      {folder_ / "known_hosts.lock", habits_.user},
      {.stop = stop_, .after_stop = rewriting_after_stop, .on_long_wait = tell, .limit = limit});
}

void Keyring::rewrite_known_hosts(const std::function<std::string(std::string_view)>& change) const {
  const FileRights rights(habits_.user);
  make_folder(folder_, 0700);
  const auto lock = lock_known_hosts();
  const std::string before = read_file_if_present(known_hosts(), largest_known_hosts).value_or("");
  if (const std::string after = change(before); after != before)
    return write_file(known_hosts(), after, 0600);
  discard_unfinished(known_hosts());
}

std::filesystem::path Keyring::host_block(const VmName& name) const {
  return folder_ / "hosts" / (name.str() + ".conf");
}

void Keyring::remember(const KnownHost& host, const SshPeer& peer) const {
  remember_keys({host});
  const FileRights rights(habits_.user);
  const auto path = host_block(host.name);
  const SshClientSetup setup{.name = host.name, .peer = peer, .known_hosts = known_hosts(), .uri = host.uri};
  const std::string block = fmt::format("# {}\n{}", printable(host.uri), ssh_config_block(setup));
  if (read_file_if_present(path, largest_block) != block) {
    make_folder(path.parent_path(), 0700);
    write_file(path, block, 0600);
  }
  const auto include = ssh_config_include(path.parent_path());
  if (read_file_if_present(ssh_config(), largest_block) != include) write_file(ssh_config(), include, 0600);
}

void Keyring::remember_keys(const std::vector<KnownHost>& hosts) const {
  rewrite_known_hosts([&](std::string_view file) { return with_known_hosts(file, hosts); });
}

void Keyring::forget(const VmName& name, const std::string& uri) const {
  const FileRights rights(habits_.user);
  std::error_code unknown;  // then nothing was kept there
  if (!std::filesystem::is_directory(folder_, unknown)) return;
  rewrite_known_hosts([&](std::string_view file) { return without_known_host(file, name, uri); });
  const auto block = read_file_if_present(host_block(name), largest_block);
  if (!block) return discard_unfinished(host_block(name));
  if (block->starts_with(fmt::format("# {}\n", printable(uri)))) remove_file(host_block(name));
}

}  // namespace nocloud
