#include "nocloud/base/file/file.hpp"

#include <csignal>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nocloud/base/error.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t plenty = 1 << 20;

class File : public testing::Test {
 protected:
  fs::path in_folder(std::string_view name) const { return folder_.path() / name; }

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_.path())) names.push_back(entry.path().filename());
    return names;
  }

 private:
  TemporaryFolder folder_;
};

mode_t mode_of(const fs::path& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status.st_mode & 07777U;
}

template <class Call>
Error error_of(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error";
  return {ErrorKind::failed, ""};
}

TEST_F(File, is_read_as_it_was_written) {
  const std::string content("line\n\0\xff", 7);
  write_file(in_folder("a"), content, 0644);
  EXPECT_EQ(read_file(in_folder("a"), plenty), content);
  EXPECT_THAT(names(), testing::ElementsAre("a")) << "nothing is left beside it";
}

TEST_F(File, has_the_mode_asked_for_whatever_the_umask) {
  const auto before = ::umask(0077);
  write_file(in_folder("readable"), "", 0644);
  ::umask(0);
  write_file(in_folder("secret"), "", 0600);
  ::umask(before);
  EXPECT_EQ(mode_of(in_folder("readable")), 0644U);
  EXPECT_EQ(mode_of(in_folder("secret")), 0600U);
}

TEST_F(File, is_replaced_as_a_whole) {
  write_file(in_folder("a"), "first, and longer", 0600);
  write_file(in_folder("a"), "second", 0600);
  EXPECT_EQ(read_file(in_folder("a"), plenty), "second");
}

TEST_F(File, is_never_seen_half_written) {
  const std::string one(100'000, '1');
  const std::string two(200'000, '2');
  write_file(in_folder("a"), one, 0600);
  std::jthread writer([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      write_file(in_folder("a"), two, 0600);
      write_file(in_folder("a"), one, 0600);
    }
  });
  for (int i = 0; i < 50; ++i) {
    const auto seen = read_file(in_folder("a"), plenty);
    ASSERT_TRUE(seen == one || seen == two);
  }
}

TEST_F(File, that_can_not_be_written_leaves_nothing) {
  EXPECT_EQ(error_of([&] { write_file(in_folder("missing/a"), "x", 0600); }).kind(), ErrorKind::failed);
  fs::create_directory(in_folder("taken"));
  error_of([&] { write_file(in_folder("taken"), "x", 0600); });
  EXPECT_THAT(names(), testing::ElementsAre("taken"));
}

TEST_F(File, what_a_killed_writer_left_goes_with_the_next_write) {
  write_file(in_folder("a.new"), "half", 0600);
  write_file(in_folder("a"), "whole", 0600);
  EXPECT_EQ(read_file(in_folder("a"), plenty), "whole");
  EXPECT_THAT(names(), testing::ElementsAre("a"));
}

TEST_F(File, is_removed_with_what_a_killed_writer_left) {
  write_file(in_folder("a"), "whole", 0600);
  fs::create_hard_link(in_folder("a"), in_folder("a.new"));
  remove_file(in_folder("a"));
  EXPECT_THAT(names(), testing::IsEmpty());
  remove_file(in_folder("a"));
}

TEST_F(File, is_made_by_one_of_many_who_try) {
  std::vector<char> made(8);
  {
    std::vector<std::jthread> writers;
    for (std::size_t i = 0; i < made.size(); ++i) {
      writers.emplace_back(
          [&, i] { made[i] = write_new_file(in_folder("a"), std::to_string(i), 0600) ? 1 : 0; });
    }
  }
  EXPECT_EQ(std::count(made.begin(), made.end(), 1), 1);
  const auto winner = std::find(made.begin(), made.end(), 1) - made.begin();
  EXPECT_EQ(read_file(in_folder("a"), plenty), std::to_string(winner));
  EXPECT_THAT(names(), testing::ElementsAre("a"));
}

TEST_F(File, of_the_largest_size_is_read_and_one_byte_more_is_not) {
  write_file(in_folder("a"), "12345", 0600);
  EXPECT_EQ(read_file(in_folder("a"), 5), "12345");
  const auto error = error_of([&] { read_file(in_folder("a"), 4); });
  EXPECT_EQ(error.kind(), ErrorKind::invalid_input);
  EXPECT_THAT(error.message(), testing::HasSubstr("larger than 4 bytes"));
}

TEST_F(File, that_is_missing_is_not_found) {
  EXPECT_EQ(error_of([&] { read_file(in_folder("a"), plenty); }).kind(), ErrorKind::not_found);
  EXPECT_EQ(read_file_if_present(in_folder("a"), plenty), std::nullopt);
}

TEST_F(File, that_is_a_folder_or_a_fifo_is_refused_at_once) {
  ASSERT_EQ(::mkfifo(in_folder("fifo").c_str(), 0600), 0);
  for (const auto& path : {in_folder("fifo"), in_folder("."), fs::path("/dev/zero")}) {
    const auto error = error_of([&] { read_file(path, plenty); });
    EXPECT_EQ(error.kind(), ErrorKind::invalid_input) << path;
    EXPECT_THAT(error.message(), testing::HasSubstr("not a regular file"));
  }
}

TEST_F(File, folders_are_made_with_their_parents_and_mode) {
  make_folder(in_folder("a/b/c"), 0700);
  EXPECT_TRUE(fs::is_directory(in_folder("a/b/c")));
  EXPECT_EQ(mode_of(in_folder("a/b")), 0700U);
  EXPECT_NO_THROW(make_folder(in_folder("a/b/c"), 0700));
  write_file(in_folder("plain"), "", 0600);
  EXPECT_EQ(error_of([&] { make_folder(in_folder("plain/below"), 0700); }).kind(), ErrorKind::failed);
}

TEST_F(File, made_by_root_belongs_to_the_folders_owner) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  constexpr uid_t somebody = 4321;
  fs::create_directory(in_folder("home"));
  ASSERT_EQ(::chown(in_folder("home").c_str(), somebody, somebody), 0);
  make_folder(in_folder("home/data"), 0700);
  write_file(in_folder("home/data/key"), "x", 0600);
  for (const auto* name : {"home/data", "home/data/key"}) {
    struct stat status {};
    ASSERT_EQ(::stat(in_folder(name).c_str(), &status), 0);
    EXPECT_EQ(status.st_uid, somebody) << name;
  }
}

TEST(TemporaryFolder, is_ours_alone_and_goes_with_its_content) {
  fs::path path;
  {
    const TemporaryFolder folder;
    path = folder.path();
    EXPECT_EQ(mode_of(path), 0700U);
    make_folder(path / "a/b", 0700);
    write_file(path / "a/b/c", "x", 0400);
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(TemporaryFolder, of_a_killed_process_is_known) {
  const TemporaryFolder parent;
  const TemporaryFolder alive(parent.path());
  const TemporaryFolder elsewhere;
  fs::create_directory(parent.path() / "nocloud-other");
  fs::create_directory_symlink(elsewhere.path(), parent.path() / "nocloud-tmp-linked");
  EXPECT_TRUE(TemporaryFolder::abandoned(parent.path()).empty());
  const pid_t killed = ::fork();
  if (killed == 0) {
    const TemporaryFolder left(parent.path());
    ::kill(::getpid(), SIGKILL);
  }
  ::waitpid(killed, nullptr, 0);
  auto found = TemporaryFolder::abandoned(parent.path());
  ASSERT_EQ(found.size(), 1U);
  const auto left = found.front()->path();
  EXPECT_NE(left, alive.path());
  EXPECT_TRUE(TemporaryFolder::abandoned(parent.path()).empty()) << "one removes it, and no other";
  found.clear();
  EXPECT_FALSE(fs::exists(left));
  EXPECT_TRUE(TemporaryFolder::abandoned("/nowhere").empty());
}

TEST(TemporaryFolder, leaves_folders_of_other_names_alone) {
  const TemporaryFolder parent;
  for (const auto* name : {"nocloud-tmp-results", "nocloud-tmp-backup", "nocloud-tmp-result", "nocloud-tmp-",
                           "nocloud-tmp", "nocloud-tmp-ab.def", "my-nocloud-tmp-abcdef",
                           "nocloud-tmp-01234567", "nocloud-tmp-20261130-20261130"}) {
    fs::create_directory(parent.path() / name);
  }
  EXPECT_TRUE(TemporaryFolder::abandoned(parent.path()).empty());
}

TEST(TemporaryFolder, is_made_where_it_is_asked_for) {
  const TemporaryFolder parent;
  const TemporaryFolder folder(parent.path());
  EXPECT_EQ(folder.path().parent_path(), parent.path());
  EXPECT_EQ(error_of([] { const TemporaryFolder nowhere("/nowhere"); }).kind(), ErrorKind::unavailable);
  EXPECT_NE(error_of([] { const TemporaryFolder nowhere("/nowhere"); }).hint().find("TMPDIR"),
            std::string::npos);
}

}  // namespace
}  // namespace nocloud
