#include "nocloud/model/quantity.hpp"

#include <algorithm>
#include <cctype>
#include <initializer_list>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

constexpr std::uint64_t least_mib = 32;
/// An exbibyte: no machine has it, and it still can be counted in bytes.
constexpr std::uint64_t most_mib = std::uint64_t{1} << 40U;
constexpr std::uint64_t most_gib = 65'536;
constexpr std::uint64_t most_cpus = 512;
constexpr std::uint64_t most_vms = 1'000;

constexpr std::string_view memory_hint =
    "Give memory in MB, or with a unit: 1024, 512M, 2G; 32 MB is the least.";
constexpr std::string_view disk_hint = "Give a disk's size in GB, 1 to 65536: 10.";
constexpr std::string_view cpu_hint = "Give a number of CPUs from 1 to 512.";
constexpr std::string_view count_hint = "Give a number of VMs from 1 to 1000.";

[[noreturn]] void refuse(std::string_view text, std::string_view what, std::string_view hint) {
  throw Error(ErrorKind::invalid_input, fmt::format("{} is no {}", cited(text), what), std::string(hint));
}

void require_range(std::uint64_t number, std::uint64_t least, std::uint64_t most, std::string_view what,
                   std::string_view hint) {
  if (number < least) {
    throw Error(ErrorKind::invalid_input, fmt::format("{} {}: the least is {}", number, what, least),
                std::string(hint));
  }
  if (number > most) {
    throw Error(ErrorKind::invalid_input, fmt::format("{} {}: the most is {}", number, what, most),
                std::string(hint));
  }
}

void require_memory(std::uint64_t mib, std::string_view hint) {
  require_range(mib, least_mib, most_mib, "MB of memory", hint);
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return lower;
}

struct NumberWithUnit {
  std::uint64_t number;
  std::string unit;
};

std::optional<NumberWithUnit> split_unit(std::string_view text) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = parse_number<std::uint64_t>(text.substr(0, digits));
  if (!number) return std::nullopt;
  return NumberWithUnit{*number, lower_case(text.substr(digits))};
}

bool is_one_of(std::string_view unit, std::initializer_list<std::string_view> units) {
  return std::find(units.begin(), units.end(), unit) != units.end();
}

}  // namespace

Memory Memory::parse(std::string_view text) {
  const auto parts = split_unit(text);
  if (!parts) refuse(text, "amount of memory", memory_hint);
  const bool in_mib = is_one_of(parts->unit, {"", "m", "mb", "mib"});
  if (!in_mib && !is_one_of(parts->unit, {"g", "gb", "gib"})) refuse(text, "amount of memory", memory_hint);
  const auto mib = in_mib ? parts->number : std::min(parts->number, most_mib) * 1024;
  require_memory(mib, memory_hint);
  return of_mib(mib);
}

Memory Memory::of_mib(std::uint64_t mib) {
  require_memory(mib, "Give memory in MB, 32 or more: 1024.");  // whoever gives a number can give no unit
  return Memory(mib);
}

DiskSize DiskSize::parse(std::string_view text) {
  const auto parts = split_unit(text);
  if (!parts || !is_one_of(parts->unit, {"", "g", "gb", "gib"})) refuse(text, "size of a disk", disk_hint);
  return of_gib(parts->number);
}

DiskSize DiskSize::of_gib(std::uint64_t gib) {
  require_range(gib, 1, most_gib, "GB for a disk", disk_hint);
  return DiskSize(gib);
}

CpuCount CpuCount::parse(std::string_view text) {
  const auto number = parse_number<std::uint64_t>(text);
  if (!number) refuse(text, "number of CPUs", cpu_hint);
  return of(*number);
}

CpuCount CpuCount::of(std::uint64_t count) {
  require_range(count, 1, most_cpus, "CPUs", cpu_hint);
  return CpuCount(static_cast<unsigned>(count));
}

VmCount VmCount::parse(std::string_view text) {
  const auto number = parse_number<std::uint64_t>(text);
  if (!number) refuse(text, "number of VMs", count_hint);
  return of(*number);
}

VmCount VmCount::of(std::uint64_t count) {
  require_range(count, 1, most_vms, "VMs", count_hint);
  return VmCount(static_cast<unsigned>(count));
}

}  // namespace nocloud
