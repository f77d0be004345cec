#include "nocloud/base/file_lock.hpp"

#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file.hpp"

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

 private:
  TemporaryFolder folder_;
};

TEST_F(Lock, is_free_again_when_it_was_let_go) {
  for (int i = 0; i < 3; ++i) {
    bool waited = false;
    const auto lock = FileLock::acquire(path(), {}, [&] { waited = true; });
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
  const auto lock = FileLock::acquire(path(), {}, [&] {
    told = true;
    holder.kill();
  });
  EXPECT_TRUE(told);
}

TEST_F(Lock, left_by_a_dead_process_is_removed_and_a_living_ones_is_not) {
  Holder holder(path());
  FileLock::remove_if_free(path());
  EXPECT_TRUE(fs::exists(path()));
  holder.kill();
  FileLock::remove_if_free(path());
  EXPECT_FALSE(fs::exists(path()));
  FileLock::remove_if_free(path());
}

TEST_F(Lock, says_who_holds_it_as_long_as_somebody_does) {
  EXPECT_EQ(FileLock::holder_at(path()), std::nullopt);
  {
    const auto first = FileLock::acquire(path());
    EXPECT_EQ(FileLock::holder_at(path()), "");
    first.say_holder("somebody with a long name");
    first.say_holder("eva");
    EXPECT_EQ(FileLock::holder_at(path()), "eva");
  }
  EXPECT_EQ(FileLock::holder_at(path()), std::nullopt);
}

TEST_F(Lock, of_a_dead_process_is_nobodys) {
  Holder holder(path());
  std::ofstream(path()) << "its holder";
  holder.kill();
  EXPECT_EQ(FileLock::holder_at(path()), std::nullopt);
}

TEST_F(Lock, can_be_given_up_waiting_for) {
  const Holder holder(path());
  std::stop_source stop;
  try {
    const auto lock = FileLock::acquire(path(), stop.get_token(), [&] { stop.request_stop(); });
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  }
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
