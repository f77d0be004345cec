#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>

#include "nocloud/base/reporter.hpp"
#include "nocloud/ops/run/group_watch.hpp"
#include "nocloud/program/program.hpp"

namespace nocloud {

/// What is shown of a run: a line with the time on standard output for each thing that becomes of a VM (an
/// object in JSON each if so asked), and on a terminal below them, on standard error, how the run stands. As
/// a Reporter it passes on warnings only: the steps are among the lines.
class RunLog final : public Reporter {
 public:
  explicit RunLog(const Call& call);
  ~RunLog() override;
  RunLog(const RunLog&) = delete;
  RunLog& operator=(const RunLog&) = delete;

  void tell(const VmNews& news);
  /// What is to stand below the lines from now on; empty for nothing.
  void stand(const std::string& status);

  void step(std::string_view /*subject*/, std::string_view /*what*/) override {
    if (on_progress_) on_progress_();
  }
  void warn(std::string_view text, std::string_view remedy) override;

 private:
  void draw();
  void erase();

  Reporter& below_;
  std::function<void()> on_progress_;
  bool json_;
  bool shows_status_;
  std::mutex mutex_;
  std::string status_;
};

}  // namespace nocloud
