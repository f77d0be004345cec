#include "nocloud/image/store/image_source.hpp"

#include <algorithm>
#include <chrono>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "nocloud/base/error.hpp"
#include "nocloud/base/process/process.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/image/catalogue/recipes.hpp"
#include "nocloud/image/scratch.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::chrono::hours longest_build{2};
constexpr std::size_t largest_text = std::size_t{1} << 20U;  // with the names of thousands of packages

void check_is_recipe(std::string_view recipe, const fs::path& data) {
  if (is_recipe(recipe, data)) return;
  const auto known = recipes(data);
  throw Error(ErrorKind::not_found, fmt::format("there is no recipe {}", cited(recipe)),
              known.empty() ? fmt::format("There are none in {}.", cited((data / "recipes").string()))
                            : fmt::format("There are: {}.", enumerated(known)));
}

Arguments words_of(const BuildChoices& choices, const std::optional<PrivateFile>& script) {
  Arguments words;
  std::string packages;
  for (const auto& package : choices.packages) packages += (packages.empty() ? "" : ",") + package.str();
  if (!packages.empty()) words.insert(words.end(), {"--package", packages});
  if (choices.size) words.insert(words.end(), {"--size", fmt::format("{}", choices.size->gib())});
  if (script) words.insert(words.end(), {"--script", script->path().string()});
  return words;
}

void run_recipe(const fs::path& builder, const fs::path& out, const Arguments& words,
                const std::stop_token& stop) {
  Arguments command{fs::absolute(builder).string(), out.string()};
  command.insert(command.end(), words.begin(), words.end());
  // Its own programs' temporary files go with ours. They may run as other users, who have to get there.
  const auto temporary = scratch_folder();
  fs::permissions(temporary->path(), fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec);
  const auto result = run_process(command, {.limit = longest_build,
                                            .errors = ProcessOptions::Errors::pass_on,
                                            .stop = stop,
                                            .environment = {"TMPDIR=" + temporary->path().string()}});
  if (result.exit_code == 0) return;
  throw Error(ErrorKind::failed, fmt::format("it ended with status {}", result.exit_code),
              "What it said above tells why.");
}

std::optional<VerifiedImage::Kernel> kernel_in(const fs::path& out, const std::stop_token& stop) {
  const auto command_line = read_file_if_present(out / "cmdline", largest_text);
  if (!command_line) return std::nullopt;
  auto words = trimmed(*command_line);
  if (words.ends_with('\n')) words.remove_suffix(1);
  return verify_kernel(PrivateFile::made_here(out / "vmlinuz"), PrivateFile::made_here(out / "initrd"),
                       std::string(trimmed(words)), stop);
}

std::string member(const Json& facts, const char* name) {
  if (facts.is_object() && facts.contains(name) && facts[name].is_string()) return facts[name];
  throw Error(ErrorKind::failed, fmt::format("its template.json does not say \"{}\"", name));
}

/// Whatever is wrong with a recipe's outcome is the recipe's failure, not the user's input.
template <class Step>
auto as_failure(Step&& step) {
  try {
    return step();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    throw Error(ErrorKind::failed, error.message(), error.hint());
  }
}

/// What a recipe has left in its folder.
BuiltImage built_in(const fs::path& out, const std::stop_token& stop) {
  const auto disk = out / "disk.qcow2";
  const auto facts = Json::parse(read_file(out / "template.json", largest_text), nullptr, false);
  BuiltImage built{.image = verify_image(PrivateFile::made_here(disk), kernel_in(out, stop), stop),
                   .user = UserName::parse(member(facts, "user")),
                   .init = guest_init_from(member(facts, "init"))};
  if (built.image.disk.path != disk) throw Error(ErrorKind::failed, "its disk.qcow2 is a raw disk");
  return built;
}

}  // namespace

BuiltImage build_image(std::string_view recipe, const fs::path& data, const BuildChoices& choices,
                       const std::stop_token& stop) {
  check_is_recipe(recipe, data);
  std::optional<PrivateFile> script;
  if (choices.script) {
    while_doing("the script", [&] { script = PrivateFile::copy_of(*choices.script, stop); });
  }
  return while_doing(fmt::format("building {}", cited(recipe)), [&] {
    auto folder = scratch_folder();
    const auto out = fs::canonical(folder->path());
    run_recipe(builder_of(recipe, data), out, words_of(choices, script), stop);
    auto built = as_failure([&] { return built_in(out, stop); });
    built.image.kept.push_back(std::move(folder));
    // A script may leave secrets in the system; packages are everybody's.
    if (!script) built.image.let_everybody_read();
    return built;
  });
}

}  // namespace nocloud
