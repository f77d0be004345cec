#include "nocloud/base/file/file_lock.hpp"

#include <chrono>
#include <csignal>
#include <functional>
#include <map>
#include <optional>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file/file.hpp"

namespace nocloud {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

/// Another process that takes the lock and sits on it until it is killed.
class Holder {
 public:
  explicit Holder(const fs::path& lock) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      const auto held = FileLock::acquire(lock);
      ::write(ends[1], "x", 1) == 1 ? ::pause() : 0;
      ::_exit(0);
    }
    char byte = 0;
    EXPECT_EQ(::read(ends[0], &byte, 1), 1);
    for (const int end : ends) ::close(end);
  }
  ~Holder() { kill(); }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;

  pid_t pid() const { return pid_; }
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(std::exchange(pid_, -1), nullptr, 0);
  }

 private:
  pid_t pid_ = -1;
};

class Lock : public testing::Test {
 protected:
  fs::path path() const { return folder_.path() / "web00.lock"; }
  void remove_if_free() const {
    FileLock::remove_if_free(Fd(::open(folder_.path().c_str(), O_RDONLY | O_DIRECTORY)), "web00.lock");
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(Lock, is_free_again_when_it_was_let_go) {
  for (int i = 0; i < 3; ++i) {
    bool waited = false;
    const auto lock = FileLock::acquire(path(), {.on_wait = [&] { waited = true; }});
    EXPECT_FALSE(waited);
  }
}

TEST_F(Lock, leaves_no_file) {
  { const auto lock = FileLock::acquire(path()); }
  EXPECT_FALSE(fs::exists(path()));
}

TEST_F(Lock, keeps_another_process_waiting_until_that_one_dies) {
  Holder holder(path());
  bool told = false;
  const auto lock = FileLock::acquire(path(), {.on_wait = [&] {
                                        told = true;
                                        holder.kill();
                                      }});
  EXPECT_TRUE(told);
}

TEST_F(Lock, that_is_shared_excludes_only_who_wants_it_alone) {
  std::optional<FileLock> one = FileLock::acquire_shared(path());
  std::optional<FileLock> other = FileLock::acquire_shared(path(), {.limit = 50ms});
  EXPECT_FALSE(FileLock::acquire_if_free(path()));
  other.reset();
  EXPECT_TRUE(fs::exists(path())) << "somebody still shares it";
  EXPECT_FALSE(FileLock::acquire_if_free(path()));
  one.reset();
  EXPECT_FALSE(fs::exists(path()));
  const auto alone = FileLock::acquire(path());
  EXPECT_THROW(FileLock::acquire_shared(path(), {.limit = 50ms}), Error);
}

TEST_F(Lock, left_by_a_dead_process_is_removed_and_a_living_ones_is_not) {
  Holder holder(path());
  remove_if_free();
  EXPECT_TRUE(fs::exists(path()));
  holder.kill();
  remove_if_free();
  EXPECT_FALSE(fs::exists(path()));
  remove_if_free();
}

TEST_F(Lock, has_its_holder_as_long_as_somebody_holds_it) {
  EXPECT_EQ(FileLock::holder_at(path()), std::nullopt);
  {
    const auto lock = FileLock::acquire(path());
    EXPECT_EQ(FileLock::holder_at(path()), ::getpid());
  }
  Holder holder(path());
  EXPECT_EQ(FileLock::holder_at(path()), holder.pid());
  holder.kill();
  EXPECT_EQ(FileLock::holder_at(path()), std::nullopt);
}

TEST_F(Lock, is_waited_for_no_longer_than_allowed) {
  const Holder holder(path());
  try {
    const auto lock = FileLock::acquire(path(), {.limit = 50ms});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::timed_out);
    EXPECT_THAT(error.message(), testing::StartsWith(fmt::format("process {} (", holder.pid())));
    EXPECT_THAT(error.message(), testing::HasSubstr("'web00.lock'"));
  }
}

TEST_F(Lock, that_is_waited_for_long_has_its_holder_told_once) {
  Holder holder(path());
  std::vector<std::string> told;
  const auto lock = FileLock::acquire(path(), {.on_long_wait = [&](const std::string& name) {
                                        told.push_back(name);
                                        holder.kill();
                                      }});
  ASSERT_EQ(told.size(), 1U);
  EXPECT_THAT(told[0], testing::HasSubstr("base_test"));
}

TEST_F(Lock, is_no_link_fifo_or_folder) {
  const auto make = std::map<std::string, std::function<void()>>{
      {"fifo", [&] { ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0); }},
      {"link", [&] { fs::create_symlink("/etc/passwd", path()); }},
      {"folder", [&] { fs::create_directory(path()); }}};
  for (const auto& [kind, thing] : make) {
    thing();
    EXPECT_THROW(FileLock::acquire(path()), Error) << kind;
    EXPECT_THROW(FileLock::acquire_if_free(path()), Error) << kind;
    EXPECT_EQ(FileLock::holder_at(path()), std::nullopt) << kind;
    remove_if_free();
    EXPECT_TRUE(fs::is_symlink(path()) || fs::exists(path())) << kind << " was removed";
    fs::remove(path());
  }
}

TEST_F(Lock, can_be_given_up_waiting_for) {
  const Holder holder(path());
  std::stop_source stop;
  try {
    const auto lock =
        FileLock::acquire(path(), {.stop = stop.get_token(), .on_wait = [&] { stop.request_stop(); }});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  }
}

TEST_F(Lock, is_waited_for_a_little_after_a_stop_where_that_is_asked_for) {
  Holder holder(path());
  std::stop_source stop;
  stop.request_stop();
  std::jthread ending([&] {
    std::this_thread::sleep_for(100ms);
    holder.kill();
  });
  EXPECT_NO_THROW(FileLock::acquire(path(), {.stop = stop.get_token(), .after_stop = 60s}));
}

TEST_F(Lock, lets_one_in_at_a_time) {
  std::atomic<int> inside = 0;
  std::atomic<bool> overlapped = false;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int turn = 0; turn < 5; ++turn) {
          const auto lock = FileLock::acquire(path());
          if (++inside != 1) overlapped = true;
          std::this_thread::sleep_for(1ms);
          --inside;
        }
      });
    }
  }
  EXPECT_FALSE(overlapped);
}

TEST_F(Lock, that_can_not_be_made_is_an_error) {
  EXPECT_THROW(FileLock::acquire(path() / "below"), Error);
}

}  // namespace
}  // namespace nocloud
