#pragma once

#include <ctime>
#include <string>

namespace nocloud {

/// A time for programs, in UTC: "2026-11-22T12:34:56Z".
std::string time_for_programs(std::time_t time);
/// A time for people, in their own zone: "2026-11-22 13:34:56".
std::string time_for_people(std::time_t time);

}  // namespace nocloud
