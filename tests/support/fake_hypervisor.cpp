#include "support/fake_hypervisor.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace nocloud::test {

void FakeHypervisor::fail_at(std::size_t call, Error error, Moment moment) {
  failures_.insert_or_assign(call, Failure{std::move(error), moment});
}

void FakeHypervisor::fail_next(const std::string& name, Error error, Moment moment) {
  next_failures_.insert_or_assign(name, Failure{std::move(error), moment});
}

void FakeHypervisor::before_next(const std::string& name, std::function<void()> act) {
  next_acts_.insert_or_assign(name, std::move(act));
}

void FakeHypervisor::crash_at(std::size_t call, Moment moment) {
  crash_ = Crash{call, moment};
}

std::vector<std::string> FakeHypervisor::calls() const {
  const std::scoped_lock lock(world_.mutex);
  return calls_;
}

std::size_t FakeHypervisor::count_of(std::string_view name) const {
  const auto made = calls();
  return static_cast<std::size_t>(std::ranges::count_if(
      made, [&](std::string_view line) { return line.substr(0, line.find(' ')) == name; }));
}

std::optional<FakeHypervisor::Failure> FakeHypervisor::failure_of(const std::string& name) {
  if (const auto numbered = failures_.find(calls_.size()); numbered != failures_.end())
    return numbered->second;
  const auto named = next_failures_.extract(name);
  if (named.empty()) return std::nullopt;
  return named.mapped();
}

std::optional<FakeHypervisor::Failure> FakeHypervisor::enter(const std::string& name,
                                                             std::string_view about) {
  if (crashed_) throw Error(ErrorKind::unavailable, "this process was killed");
  calls_.push_back(about.empty() ? name : fmt::format("{} {}", name, about));
  if (crash_ && crash_->call == calls_.size() && crash_->moment == Moment::before_effect) {
    crashed_ = true;
    throw Crashed();
  }
  if (const auto act = next_acts_.extract(name)) act.mapped()();
  auto failure = failure_of(name);
  if (failure && failure->moment == Moment::before_effect) throw failure->error;
  return failure;
}

void FakeHypervisor::leave(const std::optional<Failure>& failure) {
  if (crash_ && crash_->call == calls_.size()) {
    crashed_ = true;
    throw Crashed();
  }
  if (failure) throw failure->error;
}

HostPlace FakeHypervisor::place() {
  return world_.place;
}

HostFacts FakeHypervisor::host() {
  return call("host", "", [&] { return world_.facts; });
}

std::optional<unsigned> FakeHypervisor::most_cpus(VirtType virt_type) {
  return call("most_cpus", word_for(virt_type), [&] { return world_.most_cpus; });
}

bool FakeHypervisor::trial_boot(const TrialBoot& trial, std::chrono::milliseconds /*limit*/,
                                const std::stop_token& stop) {
  return call("trial_boot", word_for(trial.virt_type), [&] {
    if (stop.stop_requested()) throw Error(ErrorKind::interrupted, "interrupted");
    if (!world_.volumes.contains(trial.base))
      throw Error(ErrorKind::failed, "the trial's image is not there");
    return world_.boots_under.contains(trial.virt_type);
  });
}

}  // namespace nocloud::test
