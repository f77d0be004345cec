#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace nocloud {

/// What went wrong, as the caller has to act on it; the value is the exit status of a program that ends with
/// it.
enum class ErrorKind {
  failed = 1,
  usage = 2,
  invalid_input = 3,
  not_found = 4,
  conflict = 5,
  unavailable = 6,
  timed_out = 7,
  interrupted = 130,
};

/// The only exception that nocloud throws: what happened and why, in the user's words, and what to do about
/// it.
class Error : public std::exception {
 public:
  Error(ErrorKind kind, std::string message, std::string hint = {})
      : kind_(kind), message_(std::move(message)), hint_(std::move(hint)) {}

  ErrorKind kind() const noexcept { return kind_; }
  const std::string& message() const noexcept { return message_; }
  /// The remedy, a sentence; empty when there is none to give.
  const std::string& hint() const noexcept { return hint_; }
  const char* what() const noexcept override { return message_.c_str(); }

  /// The same error, told as part of a step: "STEP: MESSAGE".
  Error during(std::string_view step) const;

 private:
  ErrorKind kind_;
  std::string message_;
  std::string hint_;
};

/// The error for a failed system call: "WHAT: strerror(errno)". Reads errno, so it comes right after the
/// call. A full disk is Error{unavailable} with its remedy, whatever kind is asked for.
Error system_error(std::string_view what, ErrorKind kind = ErrorKind::failed);

/// Runs `step` and adds its name to any Error that leaves it.
template <class Step>
decltype(auto) while_doing(std::string_view name, Step&& step) {
  try {
    return std::forward<Step>(step)();
  } catch (const Error& error) {
    throw error.during(name);
  }
}

}  // namespace nocloud
