#include "nocloud/program/progress_line.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

constexpr std::size_t bar_width = 20;
constexpr std::uint64_t megabyte = 1'000'000;

std::string full_line(std::string_view subject, std::uint64_t done, std::uint64_t total) {
  if (total == 0) return fmt::format("{}  {} MB", subject, done / megabyte);
  const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(bar_width));
  return fmt::format("{} [{:<{}}] {:3} %  {} of {} MB", subject, std::string(filled, '#'), bar_width,
                     static_cast<int>(share * 100), done / megabyte, total / megabyte);
}

}  // namespace

std::string progress_line(std::string_view subject, std::uint64_t done, std::uint64_t total,
                          std::size_t columns) {
  return full_line(subject, done, total).substr(0, columns);
}

std::string status_line(std::string_view subject, std::string_view what, std::size_t columns) {
  const auto whole = fmt::format("{}: {}", subject, what);
  std::size_t end = 0;
  for (auto next = first_character(whole); !next.empty() && end + next.size() <= columns;
       next = first_character(std::string_view(whole).substr(end))) {
    end += next.size();
  }
  return whole.substr(0, end);
}

}  // namespace nocloud
