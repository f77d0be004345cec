#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace nocloud {

/// An amount of memory, at least 32 MB. How much the host has is for the host to say.
class Memory {
 public:
  /// "1024" (MB), or with a unit: "512M", "512MB", "512MiB", "2G", "2GB", "2GiB"; all binary. Throws
  /// Error{invalid_input}.
  static Memory parse(std::string_view text);
  static Memory of_mib(std::uint64_t mib);

  std::uint64_t mib() const noexcept { return mib_; }
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the 0 of a rewritten `<` for a pointer.
  auto operator<=>(const Memory&) const = default;

 private:
  explicit Memory(std::uint64_t mib) : mib_(mib) {}
  std::uint64_t mib_;
};

/// The size of a disk, 1 to 65,536 GB (binary, as qemu-img counts them).
class DiskSize {
 public:
  static DiskSize parse(std::string_view text);
  static DiskSize of_gib(std::uint64_t gib);

  std::uint64_t gib() const noexcept { return gib_; }
  std::uint64_t bytes() const noexcept { return gib_ << 30U; }
  auto operator<=>(const DiskSize&) const = default;

 private:
  explicit DiskSize(std::uint64_t gib) : gib_(gib) {}
  std::uint64_t gib_;
};

/// A number of virtual CPUs, 1 to 512.
class CpuCount {
 public:
  static CpuCount parse(std::string_view text);
  static CpuCount of(std::uint64_t count);

  unsigned count() const noexcept { return count_; }
  auto operator<=>(const CpuCount&) const = default;

 private:
  explicit CpuCount(unsigned count) : count_(count) {}
  unsigned count_;
};

/// How many VMs one request asks for, 1 to 1,000.
class VmCount {
 public:
  static VmCount parse(std::string_view text);
  static VmCount of(std::uint64_t count);

  unsigned count() const noexcept { return count_; }
  auto operator<=>(const VmCount&) const = default;

 private:
  explicit VmCount(unsigned count) : count_(count) {}
  unsigned count_;
};

/// The largest number of extra disks of a VM.
inline constexpr std::size_t most_disks = 16;
/// The largest number of VMs in one description, and its largest size in bytes.
inline constexpr std::size_t most_described_vms = 10'000;
inline constexpr std::size_t largest_description = std::size_t{256} * 1024;

}  // namespace nocloud
