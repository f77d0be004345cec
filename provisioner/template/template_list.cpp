#include "provisioner/template/template_list.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "nocloud/app/system.hpp"
#include "nocloud/app/vm_json.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/survey/missing_images.hpp"
#include "nocloud/program/data_files.hpp"
#include "provisioner/names/own_names.hpp"

namespace nocloud {
namespace {

std::string_view authenticity_of(const PublishedImage& image) {
  return image.signature ? "signed" : "https only";
}

nlohmann::json origin_json(const std::optional<ImageOrigin>& origin) {
  if (!origin) return nullptr;
  return {{"url", origin->url},
          {"checksum", origin->checksum ? nlohmann::json(origin->checksum->str()) : nlohmann::json()}};
}

/// As the list tells it; empty for an image that came from this host.
std::string origin_words(const std::optional<ImageOrigin>& origin) {
  if (!origin) return {};
  return fmt::format("  from {}{}", printable(origin->url), origin->checksum ? "" : ", unchecked");
}

/// What is wrong with a template of which these files are gone; null for none.
nlohmann::json broken_json(const Template& source, const std::vector<VolumeName>& missing) {
  if (missing.empty()) return nullptr;
  auto files = nlohmann::json::array();
  for (const auto& volume : missing) files.push_back(volume.str());
  return {{"missing", std::move(files)}, {"remedy", broken_template(source, missing).hint()}};
}

nlohmann::json template_json(const Template& source, std::size_t vm_count,
                             const std::vector<VolumeName>& missing) {
  return {{"name", source.name.str()},
          {"owner", source.owner.str()},
          {"user", source.user.str()},
          {"init", word_for(source.init)},
          {"image", source.base.str()},
          {"origin", origin_json(source.origin)},
          {"direct_boot", source.boot.has_value()},
          {"memory_mib", source.memory.mib()},
          {"cpus", source.cpus.count()},
          {"disk_gib", source.disk ? nlohmann::json(source.disk->gib()) : nlohmann::json()},
          {"vms", vm_count},
          {"broken", broken_json(source, missing)}};
}

void tell_template(Reporter& reporter, const Template& source, std::size_t vm_count,
                   const std::vector<VolumeName>& missing) {
  fmt::print("{}  {}  {} MB  {}  user {}  {}{}{}\n", source.name, word_for(source.init), source.memory.mib(),
             counted(source.cpus.count(), "CPU"), source.user, counted(vm_count, "VM"),
             origin_words(source.origin), missing.empty() ? "" : "  broken");
  if (missing.empty()) return;
  const auto error = broken_template(source, missing);
  reporter.warn(error.message(), error.hint());
}

nlohmann::json published_json(const Catalogue& catalogue) {
  auto list = nlohmann::json::array();
  for (const auto& [name, image] : catalogue) {
    list.push_back({{"name", name.str()},
                    {"url", image.image.public_str()},
                    {"authenticity", authenticity_of(image)},
                    {"tried", image.tried}});
  }
  return list;
}

/// Those that are there and cannot be read, as JSON; as text, told here.
nlohmann::json unreadable_templates(const Context& context, const Call& call) {
  auto list = nlohmann::json::array();
  for (const auto& found : context.hypervisor.unreadable({})) {
    if (found.kind != Unreadable::Kind::source) continue;
    list.push_back({{"name", found.name}, {"reason", found.error.message()}});
    if (call.wants_json()) continue;
    fmt::print("{}  unreadable\n", found.name);
    call.reporter.warn(found.error.message(), found.error.hint());
  }
  return list;
}

}  // namespace

int list_templates(const Call& call) {
  const auto catalogue = catalogue_of(call.invocation);
  const System system(call.invocation, call.reporter, call.stop);
  const auto vms = system.context().hypervisor.vms();
  MissingImages images(system.context().hypervisor);
  nlohmann::json templates = nlohmann::json::array();
  for (const auto& source : system.context().hypervisor.templates()) {
    if (!source.complete) continue;
    const auto count = static_cast<std::size_t>(
        std::count_if(vms.begin(), vms.end(), [&](const Vm& vm) { return vm.template_name == source.name; }));
    const auto missing = images.of(source);
    templates.push_back(template_json(source, count, missing));
    if (!call.wants_json()) tell_template(call.reporter, source, count, missing);
  }
  const auto unreadable = unreadable_templates(system.context(), call);
  const auto recipes = buildable(data_folder());
  if (call.wants_json()) {
    return print_json({{"templates", std::move(templates)},
                       {"unreadable", unreadable},
                       {"recipes", recipes},
                       {"published", published_json(catalogue)}}),
           0;
  }
  for (const auto& recipe : recipes) fmt::print("{}  can be built: vmtemplate --build {}\n", recipe, recipe);
  for (const auto& [name, image] : catalogue) {
    fmt::print("{}  can be downloaded: vmtemplate {} (authenticity: {}{})\n", name, name,
               authenticity_of(image), image.tried ? "" : "; never tried");
  }
  return 0;
}

}  // namespace nocloud
