#include "nocloud/image/image_source.hpp"

#include <algorithm>
#include <chrono>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "nocloud/base/error.hpp"
#include "nocloud/base/process.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/image/local_file.hpp"
#include "nocloud/image/recipes.hpp"
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

Arguments words_of(const BuildChoices& choices) {
  Arguments words;
  std::string packages;
  for (const auto& package : choices.packages) packages += (packages.empty() ? "" : ",") + package.str();
  if (!packages.empty()) words.insert(words.end(), {"--package", packages});
  if (choices.size) words.insert(words.end(), {"--size", fmt::format("{}", choices.size->gib())});
  if (choices.script) words.insert(words.end(), {"--script", fs::absolute(*choices.script).string()});
  return words;
}

void run_recipe(std::string_view recipe, const fs::path& data, const fs::path& out,
                const BuildChoices& choices, const std::stop_token& stop) {
  Arguments command{fs::absolute(builder_of(recipe, data)).string(), out.string()};
  const auto words = words_of(choices);
  command.insert(command.end(), words.begin(), words.end());
  const auto result =
      run_process(command, {.limit = longest_build, .errors = ProcessOptions::Errors::pass_on, .stop = stop});
  if (result.exit_code == 0) return;
  throw Error(ErrorKind::failed, fmt::format("it ended with status {}", result.exit_code),
              "What it said above tells why.");
}

std::optional<KernelChoice> kernel_in(const fs::path& out) {
  const auto command_line = read_file_if_present(out / "cmdline", largest_text);
  if (!command_line) return std::nullopt;
  auto words = trimmed(*command_line);
  if (words.ends_with('\n')) words.remove_suffix(1);
  return KernelChoice{
      .kernel = out / "vmlinuz", .initrd = out / "initrd", .command_line = std::string(trimmed(words))};
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

}  // namespace

BuiltImage build_image(std::string_view recipe, const fs::path& data, const BuildChoices& choices,
                       const std::stop_token& stop) {
  check_is_recipe(recipe, data);
  if (choices.script) while_doing("the script", [&] { LocalFile::open(*choices.script); });
  return while_doing(fmt::format("building {}", cited(recipe)), [&] {
    auto folder = scratch_folder();
    const auto out = folder->path();
    run_recipe(recipe, data, out, choices, stop);
    return as_failure([&] {
      const auto facts = Json::parse(read_file(out / "template.json", largest_text), nullptr, false);
      BuiltImage built{.image = verify_image(out / "disk.qcow2", kernel_in(out), stop),
                       .user = UserName::parse(member(facts, "user")),
                       .init = guest_init_from(member(facts, "init"))};
      if (built.image.scratch) throw Error(ErrorKind::failed, "its disk.qcow2 is a raw disk");
      built.image.scratch = std::move(folder);
      return built;
    });
  });
}

}  // namespace nocloud
