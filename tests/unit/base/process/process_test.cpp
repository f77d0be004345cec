#include "nocloud/base/process/process.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

ProcessResult run_script(const std::string& script, const ProcessOptions& options = {}) {
  return run_process({"sh", "-c", script}, options);
}

ErrorKind kind_of_failure(const std::string& script, const ProcessOptions& options) {
  try {
    run_script(script, options);
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind{};
}

/// Until the process is gone, but not for ever.
bool ends_soon(pid_t pid) {
  for (int i = 0; i < 500; ++i) {
    if (::kill(pid, 0) != 0) return true;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

pid_t pid_in(const std::filesystem::path& file) {
  for (int i = 0; i < 500; ++i) {
    const auto text = read_file_if_present(file, 100);
    if (text && text->ends_with('\n')) return parse_number<pid_t>(text->substr(0, text->size() - 1)).value();
    std::this_thread::sleep_for(10ms);
  }
  return -1;
}

TEST(Process, tells_each_line_as_it_comes) {
  std::vector<std::string> lines;
  std::stop_source stop;
  const auto heard = [&](std::string_view line) {
    lines.emplace_back(line);
    if (line == "two") stop.request_stop();
  };
  const auto script = "echo one; printf t; sleep 0.1; echo wo; exec sleep 600";
  EXPECT_EQ(kind_of_failure(script, {.on_line = heard, .stop = stop.get_token()}), ErrorKind::interrupted)
      << "it heard of the line while the program still ran";
  EXPECT_EQ(lines, (std::vector<std::string>{"one", "two"}));
  const auto result = run_script("echo a; printf rest", {.on_line = heard});
  EXPECT_EQ(lines.back(), "a");
  EXPECT_EQ(result.output, "rest");
}

TEST(Process, gives_both_streams_and_the_exit_code) {
  const auto result = run_script("echo out; echo err >&2; exit 3");
  EXPECT_EQ(result.output, "out\n");
  EXPECT_EQ(result.errors, "err\n");
  EXPECT_EQ(result.exit_code, 3);
}

TEST(Process, killed_by_a_signal_says_so_as_a_shell_does) {
  EXPECT_EQ(run_script("kill -TERM $$").exit_code, 128 + SIGTERM);
}

TEST(Process, gets_its_arguments_as_they_are) {
  const std::string hostile = "a b;$(touch x)`id`'\"\n*";
  EXPECT_EQ(run_process({"printf", "%s", hostile}).output, hostile);
}

TEST(Process, reads_its_input_to_the_end) {
  const std::string input(3'000'000, 'x');
  EXPECT_EQ(run_process({"cat"}, {.input = input}).output, input);
}

TEST(Process, need_not_read_its_input) {
  const std::string input(3'000'000, 'x');
  EXPECT_EQ(run_process({"true"}, {.input = input}).exit_code, 0);
}

TEST(Process, without_input_finds_it_at_its_end) {
  EXPECT_EQ(run_process({"cat"}).output, "");
}

TEST(Process, is_heard_to_the_end_on_both_streams_but_kept_only_in_part) {
  const auto result = run_script("head -c 20000000 /dev/zero; head -c 300000 /dev/zero >&2");
  EXPECT_EQ(result.output.size(), std::size_t{16} << 20U);
  EXPECT_EQ(result.errors.size(), 300'000U);
  EXPECT_EQ(result.exit_code, 0);
}

TEST(Process, beyond_its_time_is_killed) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(kind_of_failure("sleep 60", {.limit = 100ms}), ErrorKind::timed_out);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
}

TEST(Process, that_closed_its_streams_and_stays_is_bounded_too) {
  EXPECT_EQ(kind_of_failure("exec >&- 2>&-; sleep 60", {.limit = 200ms}), ErrorKind::timed_out);
}

TEST(Process, within_its_time_is_left_alone) {
  EXPECT_EQ(run_script("sleep 0.1; echo done", {.limit = 60s}).output, "done\n");
}

TEST(Process, is_killed_with_all_that_it_started) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "pid";
  EXPECT_EQ(kind_of_failure("sleep 60 & echo $! >" + file.string() + "; wait", {.limit = 500ms}),
            ErrorKind::timed_out);
  const auto pid = pid_in(file);
  ASSERT_GT(pid, 0);
  EXPECT_TRUE(ends_soon(pid));
}

TEST(Process, does_not_outlive_its_parent) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "pid";
  const auto script = "sleep 600 & echo $! >" + file.string() + "; wait";
  const pid_t parent = ::fork();
  if (parent == 0) {
    try {
      run_script(script);
    } catch (const Error&) {
    }
    ::_exit(0);
  }
  const auto grandchild = pid_in(file);
  ASSERT_GT(grandchild, 0);
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  EXPECT_TRUE(ends_soon(grandchild)) << "what the program has started is killed, too";
}

TEST(Process, leaves_what_left_its_group_alone) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "pid";
  run_script("setsid sleep 600 >/dev/null 2>&1 & echo $! >" + file.string());
  const auto pid = pid_in(file);
  ASSERT_GT(pid, 0);
  EXPECT_EQ(::kill(pid, 0), 0);
  ::kill(pid, SIGKILL);
}

TEST(Process, has_no_more_than_its_limits) {
  const TemporaryFolder folder;
  const auto file = (folder.path() / "file").string();
  EXPECT_EQ(run_script("sleep 0.2; head -c 1000000 /dev/zero >" + file, {.resources = {.file_bytes = 4096}})
                .exit_code,
            128 + SIGXFSZ);
  EXPECT_EQ(std::filesystem::file_size(file), 4096U);
  const auto limits = run_script("sleep 0.2; ulimit -v; ulimit -t",
                                 {.resources = {.address_space_bytes = std::uint64_t{1} << 30U,
                                                .processor_time = std::chrono::seconds(7)}});
  EXPECT_EQ(limits.output, "1048576\n7\n");
}

TEST(Process, ends_when_asked_to_stop) {
  std::stop_source stop;
  const std::jthread asks([&] {
    std::this_thread::sleep_for(100ms);
    stop.request_stop();
  });
  EXPECT_EQ(kind_of_failure("sleep 60", {.stop = stop.get_token()}), ErrorKind::interrupted);
}

TEST(Process, that_is_not_there_is_not_found) {
  for (const char* name : {"no-such-program", "/no/such/program", "/etc/passwd", "/"}) {
    try {
      run_process({name});
      FAIL() << name;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::not_found) << name;
      EXPECT_THAT(error.message(), HasSubstr(name));
    }
  }
}

TEST(Process, has_added_environment_in_place_of_ours) {
  ::setenv("NOCLOUD_TEST_WORD", "ours", 1);
  EXPECT_EQ(run_script("echo $NOCLOUD_TEST_WORD").output, "ours\n");
  const auto result = run_script("env | grep ^NOCLOUD_TEST_", {.environment = {"NOCLOUD_TEST_WORD=a=b"}});
  EXPECT_EQ(result.output, "NOCLOUD_TEST_WORD=a=b\n");
  ::unsetenv("NOCLOUD_TEST_WORD");
}

TEST(Process, inherits_no_blocked_signals) {
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigset_t before;
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const auto result = run_script("kill -TERM $$; echo survived");
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(result.exit_code, 128 + SIGTERM);
}

TEST(OutputOf, is_the_output_or_an_error_with_the_last_words) {
  EXPECT_EQ(output_of({"echo", "fine"}), "fine\n");
  try {
    output_of({"sh", "-c", "echo 'bad \033[2J' >&2; exit 2"});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::failed);
    EXPECT_THAT(error.message(), HasSubstr("'sh' ended with status 2: bad \\x1b[2J"));
  }
}

TEST(PipedProcess, is_talked_to_and_gone_with_its_object) {
  const TemporaryFolder folder;
  pid_t pid = -1;
  {
    const PipedProcess process({"sh", "-c", "echo $$ >" + (folder.path() / "pid").string() + "; exec cat"});
    ASSERT_EQ(::write(process.socket(), "hello", 5), 5);
    std::array<char, 5> answer{};
    ASSERT_EQ(::read(process.socket(), answer.data(), answer.size()), 5);
    EXPECT_EQ(std::string_view(answer.data(), answer.size()), "hello");
    pid = pid_in(folder.path() / "pid");
  }
  EXPECT_TRUE(ends_soon(pid));
}

TEST(ReplaceProcess, becomes_the_program) {
  EXPECT_EXIT(replace_process({"sh", "-c", "exit 42"}), testing::ExitedWithCode(42), "");
  EXPECT_THROW(replace_process({"no-such-program"}), Error);
}

TEST(FindProgram, looks_in_the_path_and_in_the_systems_folders) {
  const auto path = std::string(std::getenv("PATH"));
  ::setenv("PATH", "", 1);
  EXPECT_TRUE(find_program("sh"));
  ::setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(find_program("/bin/sh"), "/bin/sh");
  EXPECT_FALSE(find_program("no-such-program"));
  EXPECT_FALSE(find_program(""));
}

}  // namespace
}  // namespace nocloud
