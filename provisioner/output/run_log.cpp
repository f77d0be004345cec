#include "provisioner/output/run_log.hpp"

#include <ctime>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "nocloud/program/standard_streams.hpp"
#include "nocloud/program/terminal_reporter.hpp"
#include "provisioner/output/time_text.hpp"

namespace nocloud {
namespace {

std::string json_line(std::time_t time, const VmNews& news) {
  nlohmann::ordered_json json{
      {"time", time_for_programs(time)}, {"name", news.name.str()}, {"event", news.event}};
  if (!news.detail.empty()) json["detail"] = news.detail;
  return json.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
}

std::string text_line(std::time_t time, const VmNews& news) {
  return fmt::format("{} {} {}{}{}", time_for_people(time), news.name, news.event,
                     news.detail.empty() ? "" : ": ", news.detail);
}

}  // namespace

RunLog::RunLog(const Call& call)
    : below_(call.reporter),
      on_progress_(call.on_progress),
      json_(call.wants_json()),
      shows_status_(!call.invocation.has("quiet") && ::isatty(STDERR_FILENO) != 0) {}

RunLog::~RunLog() {
  erase();
}

void RunLog::tell(const VmNews& news) {
  const auto now = std::time(nullptr);
  const auto line = (json_ ? json_line(now, news) : text_line(now, news)) + '\n';
  const std::lock_guard lock(mutex_);
  erase();
  write_to_stdout(line);  // who does not listen any more does not end the run
  draw();
}

void RunLog::stand(const std::string& status) {
  const std::lock_guard lock(mutex_);
  auto fitting = status.substr(0, terminal_columns());
  if (fitting == status_) return;
  erase();
  status_ = std::move(fitting);
  draw();
}

void RunLog::warn(std::string_view text, std::string_view remedy) {
  const std::lock_guard lock(mutex_);
  erase();
  below_.warn(text, remedy);
  draw();
}

void RunLog::draw() {
  if (shows_status_) print_to_stderr("{}", status_);
}

void RunLog::erase() {
  if (shows_status_ && !status_.empty()) print_to_stderr("\r{:{}}\r", "", status_.size());
}

}  // namespace nocloud
