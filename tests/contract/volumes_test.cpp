#include "contract/kinds.hpp"

namespace nocloud::test {
namespace {

class VolumeContract : public Contract {
 protected:
  void create(std::string_view stem, std::uint64_t bytes = 4096) {
    host().create_volume({.name = volume_name(stem), .capacity_bytes = bytes});
  }
  std::string file_of(const VolumeName& name) {
    std::string file;
    host().download(name, [&](std::string_view bytes) { file += bytes; });
    return file;
  }
  void create_base(std::string_view stem, std::uint64_t bytes) {
    host().create_volume({.name = volume_name(stem),
                          .format = NewVolume::Format::qcow2,
                          .capacity_bytes = bytes,
                          .access = NewVolume::Access::everybody_reads});
  }
};
INSTANTIATE_TEST_SUITE_P(Port, VolumeContract, every_kind, name_of_kind);

/// Text in which no two places look alike.
std::string long_text(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i) text += std::to_string(i) + ' ';
  text.resize(size);
  return text;
}

TEST_P(VolumeContract, KnowsTheRoomThatIsLeft) {
  const auto left = host().free_bytes();
  EXPECT_EQ(left.has_value(), !host().place().uri.starts_with("test:"));
  EXPECT_GT(left.value_or(std::uint64_t{1} << 40U), std::uint64_t{1} << 20U);
}

TEST_P(VolumeContract, ListsVolumesSorted) {
  EXPECT_EQ(host().volume_names(), std::vector<VolumeName>());
  for (const auto* stem : {"c.iso", "a.iso", "b.iso"}) create(stem);
  EXPECT_EQ(host().volume_names(),
            (std::vector{volume_name("a.iso"), volume_name("b.iso"), volume_name("c.iso")}));
}

TEST_P(VolumeContract, KnowsAVolumesSize) {
  constexpr std::uint64_t bytes = 125'952;
  create("a.iso", bytes);
  const auto found = host().find_volume(volume_name("a.iso"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, volume_name("a.iso"));
  EXPECT_EQ(found->capacity_bytes, bytes);
  EXPECT_EQ(host().find_volume(volume_name("b.iso")), std::nullopt);
}

TEST_P(VolumeContract, TakesNoMoreRoomThanIsWritten) {
  constexpr std::uint64_t huge = std::uint64_t{65'536} << 30U;
  create_base("a.qcow2", huge);
  const auto found = host().find_volume(volume_name("a.qcow2"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->capacity_bytes, huge);
  if (!lacks("upload").empty()) GTEST_SKIP() << "the size that is taken: " << lacks("upload");
  EXPECT_LT(found->allocation_bytes, std::uint64_t{64} << 20U);
}

TEST_P(VolumeContract, MakesAVolumeLargerAndNeverSmaller) {
  if (const auto reason = lacks("grow_volume"); !reason.empty()) GTEST_SKIP() << reason;
  const auto name = volume_name("a.qcow2");
  EXPECT_EQ(error_of([&] { host().grow_volume(name, 4096); }), ErrorKind::not_found);
  create_base("a.qcow2", std::uint64_t{1} << 30U);
  for (const std::uint64_t gib : {2U, 2U, 1U}) {
    host().grow_volume(name, gib << 30U);
    EXPECT_EQ(host().find_volume(name).value().capacity_bytes, std::uint64_t{2} << 30U);
  }
}

TEST_P(VolumeContract, MakesAVolumeOnce) {
  create("a.iso");
  EXPECT_EQ(error_of([&] { create("a.iso"); }), ErrorKind::conflict);
  create_base("base.qcow2", 1 << 20);
  EXPECT_EQ(error_of([&] { host().create_overlay(volume_name("a.iso"), volume_name("base.qcow2")); }),
            ErrorKind::conflict);
}

TEST_P(VolumeContract, PutsAnOverlayOfTheSameSizeOverABase) {
  constexpr std::uint64_t bytes = std::uint64_t{5} << 30U;
  create_base("base.qcow2", bytes);
  host().create_overlay(volume_name("a.qcow2"), volume_name("base.qcow2"));
  EXPECT_EQ(host().find_volume(volume_name("a.qcow2"))->capacity_bytes, bytes);
}

TEST_P(VolumeContract, PutsNoOverlayOverNothing) {
  EXPECT_EQ(error_of([&] { host().create_overlay(volume_name("a.qcow2"), volume_name("base.qcow2")); }),
            ErrorKind::not_found);
  EXPECT_EQ(host().find_volume(volume_name("a.qcow2")), std::nullopt);
}

TEST_P(VolumeContract, DeletesAVolumeOnce) {
  create("a.iso");
  EXPECT_TRUE(host().delete_volume(volume_name("a.iso")));
  EXPECT_FALSE(host().delete_volume(volume_name("a.iso")));
  EXPECT_EQ(host().find_volume(volume_name("a.iso")), std::nullopt);
}

TEST_P(VolumeContract, AVolumeWithoutItsFileIsNotThere) {
  if (const auto reason = lacks("remove_file"); !reason.empty()) GTEST_SKIP() << reason;
  const auto base = volume_name("base.qcow2");
  const auto layer = volume_name("layer.qcow2");
  create_base("base.qcow2", 1 << 20);
  host().create_overlay(layer, base);
  world().remove_file(base);
  EXPECT_EQ(host().find_volume(base), std::nullopt);
  EXPECT_EQ(host().base_of(base), std::nullopt);
  EXPECT_EQ(host().base_of(layer), base) << "it lies over what is gone";
  EXPECT_EQ(error_of([&] { host().create_overlay(volume_name("other.qcow2"), base); }), ErrorKind::not_found);
  create_base("base.qcow2", 1 << 20);
  EXPECT_TRUE(host().find_volume(base)) << "it is made again";
  world().remove_file(base);
  host().refresh_volumes();
  EXPECT_EQ(host().volume_names(), std::vector{layer});
  EXPECT_EQ(host().base_of(layer), base);
}

TEST_P(VolumeContract, MakesItsFolderAgain) {
  if (const auto reason = lacks("remove_file"); !reason.empty()) GTEST_SKIP() << reason;
  create("a.iso");
  world().remove_folder();
  EXPECT_EQ(host().find_volume(volume_name("a.iso")), std::nullopt);
  create("b.iso");
  EXPECT_EQ(host().volume_names(), std::vector{volume_name("b.iso")});
  world().remove_folder();
  host().refresh_volumes();
  EXPECT_EQ(host().volume_names(), std::vector<VolumeName>());
  create("a.iso");
  EXPECT_TRUE(host().find_volume(volume_name("a.iso")));
}

TEST_P(VolumeContract, RefreshesWithoutChange) {
  create("a.iso");
  host().refresh_volumes();
  EXPECT_EQ(host().volume_names(), std::vector{volume_name("a.iso")});
}

TEST_P(VolumeContract, KeepsWhatWasUploaded) {
  if (const auto reason = lacks("upload"); !reason.empty()) GTEST_SKIP() << reason;
  for (const std::size_t size : {std::size_t{1}, std::size_t{4096}, std::size_t{1'000'000}}) {
    const auto name = volume_name(std::to_string(size));
    const auto text = long_text(size);
    host().create_volume(
        {.name = name, .capacity_bytes = size, .access = NewVolume::Access::everybody_reads});
    fill(name, text);
    EXPECT_EQ(host().read_volume(name, 0, size + 1) == text, true) << size;
    EXPECT_EQ(host().read_volume(name, size / 2, 10), text.substr(size / 2, 10));
    EXPECT_EQ(host().read_volume(name, size, 10), "");
    EXPECT_EQ(host().read_volume(name, size + 1, 10), "");
  }
}

TEST_P(VolumeContract, GivesAWholeFile) {
  if (const auto reason = lacks("read_volume"); !reason.empty()) GTEST_SKIP() << reason;
  for (const std::size_t size : {std::size_t{1}, std::size_t{1'000'000}}) {
    const auto name = volume_name(std::to_string(size));
    host().create_volume({.name = name, .capacity_bytes = size});
    fill(name, long_text(size));
    EXPECT_EQ(file_of(name) == long_text(size), true) << size;
  }
  EXPECT_EQ(error_of([&] { file_of(volume_name("nosuch")); }), ErrorKind::not_found);
}

TEST_P(VolumeContract, PassesOnWhatASinkThrows) {
  if (const auto reason = lacks("read_volume"); !reason.empty()) GTEST_SKIP() << reason;
  create("a.iso", 1'000'000);
  fill(volume_name("a.iso"), long_text(1'000'000));
  const auto sink = [](std::string_view) { throw Error(ErrorKind::interrupted, "enough"); };
  EXPECT_EQ(error_of([&] { host().download(volume_name("a.iso"), sink); }), ErrorKind::interrupted);
  EXPECT_EQ(file_of(volume_name("a.iso")).size(), 1'000'000U) << "the connection goes on";
}

TEST_P(VolumeContract, TellsWhatAVolumeLiesOver) {
  if (const auto reason = lacks("base_of"); !reason.empty()) GTEST_SKIP() << reason;
  const auto base = volume_name("base.qcow2");
  create_base("base.qcow2", 1 << 20);
  host().create_overlay(volume_name("a.qcow2"), base);
  EXPECT_EQ(host().base_of(volume_name("a.qcow2")), base);
  EXPECT_EQ(host().base_of(base), std::nullopt);
  EXPECT_EQ(host().base_of(volume_name("nosuch")), std::nullopt);
}

TEST_P(VolumeContract, ALayerThatIsCopiedLiesOverTheSame) {
  if (const auto reason = lacks("base_of"); !reason.empty()) GTEST_SKIP() << reason;
  create_base("base.qcow2", 1 << 20);
  host().create_overlay(volume_name("a.qcow2"), volume_name("base.qcow2"));
  const auto layer = file_of(volume_name("a.qcow2"));
  create("b.qcow2", layer.size());
  fill(volume_name("b.qcow2"), layer);
  host().refresh_volumes();
  EXPECT_EQ(host().base_of(volume_name("b.qcow2")), volume_name("base.qcow2"));
  host().create_overlay(volume_name("c.qcow2"), volume_name("b.qcow2"));
  EXPECT_EQ(host().base_of(volume_name("c.qcow2")), volume_name("b.qcow2"));
  EXPECT_EQ(host().find_volume(volume_name("c.qcow2"))->capacity_bytes, 1U << 20U);
}

TEST_P(VolumeContract, ReadsNothingOfAnEmptyVolume) {
  if (const auto reason = lacks("read_volume"); !reason.empty()) GTEST_SKIP() << reason;
  create("a.log", 0);
  EXPECT_EQ(host().read_volume(volume_name("a.log"), 0, 100), "");
}

TEST_P(VolumeContract, NeedsAVolumeToFillOrRead) {
  EXPECT_EQ(error_of([&] { fill(volume_name("a.iso"), "text"); }), ErrorKind::not_found);
  EXPECT_EQ(error_of([&] { host().read_volume(volume_name("a.iso"), 0, 1); }), ErrorKind::not_found);
}

TEST_P(VolumeContract, PassesOnWhatASourceThrows) {
  if (const auto reason = lacks("upload"); !reason.empty()) GTEST_SKIP() << reason;
  create("a.iso", 1'000'000);
  int pieces = 0;
  const auto source = [&](std::size_t most) {
    if (++pieces == 2) throw Error(ErrorKind::interrupted, "enough");
    return std::string(std::min<std::size_t>(most, 1000), 'x');
  };
  EXPECT_EQ(error_of([&] { host().upload(volume_name("a.iso"), 1'000'000, source); }),
            ErrorKind::interrupted);
  EXPECT_TRUE(host().delete_volume(volume_name("a.iso")));
}

TEST_P(VolumeContract, TakesNoSourceThatEndsEarly) {
  if (const auto reason = lacks("upload"); !reason.empty()) GTEST_SKIP() << reason;
  create("a.iso");
  EXPECT_EQ(
      error_of([&] { host().upload(volume_name("a.iso"), 4096, [](std::size_t) { return std::string(); }); }),
      ErrorKind::failed);
}

}  // namespace
}  // namespace nocloud::test
