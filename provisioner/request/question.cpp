#include "provisioner/request/question.hpp"

#include <iostream>
#include <string>

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include "nocloud/base/error.hpp"
#include "nocloud/program/standard_streams.hpp"

namespace nocloud {

bool can_ask() {
  return ::isatty(STDIN_FILENO) != 0;
}

bool agrees(std::string_view question, const std::stop_token& stop) {
  print_to_stderr("{} [y/N] ", question);
  pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  while (::poll(&input, 1, 50) <= 0) {
    if (stop.stop_requested()) throw Error(ErrorKind::interrupted, "interrupted");
  }
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "yes";
}

}  // namespace nocloud
