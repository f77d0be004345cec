#include "provisioner/template/template_making.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "nocloud/app/system.hpp"
#include "nocloud/app/vm_json.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/model/package.hpp"
#include "nocloud/ops/template/make_template.hpp"
#include "nocloud/ops/template/published_template.hpp"
#include "nocloud/ops/template/template_from_vm.hpp"
#include "nocloud/program/data_files.hpp"
#include "nocloud/program/standard_streams.hpp"
#include "provisioner/names/own_names.hpp"
#include "provisioner/request/guest_choice.hpp"
#include "provisioner/request/naming.hpp"

namespace nocloud {
namespace {

MakeTemplateRequest request_from(const Invocation& invocation, const TemplateName& name) {
  const auto guest = guest_from(invocation);
  return {.name = name,
          .user = guest.user,
          .init = guest.init,
          .host_key = guest.host_key,
          .memory = invocation.parsed("mem", Memory::parse),
          .cpus = invocation.parsed("cpu", CpuCount::parse)};
}

int conclude(const Call& call, const TemplateName& name, TemplateChange change) {
  if (call.wants_json()) {
    print_json({{"name", name.str()}, {"change", word_for(change)}});
  } else {
    fmt::print("{}\n", name);
    if (!call.invocation.has("quiet")) print_to_stderr("template {}: {}\n", name, word_for(change));
  }
  return 0;
}

BuildChoices build_choices(const Invocation& invocation) {
  return {.packages = invocation.parsed("package", parse_packages).value_or(std::vector<PackageName>{}),
          .size = invocation.parsed("size", DiskSize::parse),
          .script = invocation.parsed("script", user_path)};
}

int download_one(const Call& call, const PublishedImage& image) {
  const auto& invocation = call.invocation;
  const auto name = invocation.parsed("name", TemplateName::parse).value_or(image.name);
  const System system(invocation, call.reporter, call.stop);
  return conclude(
      call, name,
      import_published(system.context(),
                       {.name = name,
                        .image = image,
                        .memory = invocation.parsed("mem", Memory::parse),
                        .cpus = invocation.parsed("cpu", CpuCount::parse),
                        .if_present = invocation.has("update") ? IfPresent::renew : IfPresent::keep}));
}

int build_one(const Call& call, const std::string& recipe, IfPresent if_present) {
  const auto& invocation = call.invocation;
  const auto name = invocation.parsed("name", TemplateName::parse).value_or(TemplateName::parse(recipe));
  auto choices = build_choices(invocation);
  const System system(invocation, call.reporter, call.stop);
  return conclude(call, name,
                  build_template(system.context(), {.name = name,
                                                    .recipe = recipe,
                                                    .data = data_folder(),
                                                    .choices = std::move(choices),
                                                    .memory = invocation.parsed("mem", Memory::parse),
                                                    .cpus = invocation.parsed("cpu", CpuCount::parse),
                                                    .if_present = if_present}));
}

}  // namespace

int import_one(const Call& call) {
  const auto& invocation = call.invocation;
  const auto name = invocation.parsed("name", TemplateName::parse);
  if (!name) refuse_usage("--import needs a name: -n NAME");
  invocation.require_one_at_most({"checksum", "insecure"});
  const auto request = request_from(invocation, *name);
  const ImportSource source{.disk = invocation.parsed("import", disk_source).value(),
                            .checksum = invocation.parsed("checksum", Checksum::parse),
                            .unchecked = invocation.has("insecure") ? ImportSource::Unchecked::take
                                                                    : ImportSource::Unchecked::refuse,
                            .kernel = kernel_from(invocation)};
  const System system(invocation, call.reporter, call.stop);
  return conclude(call, *name, import_template(system.context(), request, source));
}

int from_one(const Call& call) {
  using Request = TemplateFromVmRequest;
  const auto& invocation = call.invocation;
  const auto word = invocation.value("from").value();
  const auto name = invocation.parsed("name", TemplateName::parse);
  if (!name) refuse_usage("--from needs a name: -n NAME");
  while_doing("--from", [&] { return name_of(invocation, word); });
  const System system(invocation, call.reporter, call.stop);
  const Request request{
      .vm = name_on(system.context(), invocation, word),
      .name = *name,
      .owner = invocation.parsed("owner", OwnerFilter::parse).value_or(OwnerFilter{}),
      .memory = invocation.parsed("mem", Memory::parse),
      .cpus = invocation.parsed("cpu", CpuCount::parse),
      .shape = invocation.has("flat") ? Request::Shape::flat : Request::Shape::layer,
      .identity = invocation.has("seal") ? Request::Identity::strip : Request::Identity::keep};
  return conclude(call, *name, template_from_vm(system.context(), request));
}

int build_named_recipe(const Call& call) {
  return build_one(call, call.invocation.value("build").value(), IfPresent::renew);
}

/// By a recipe, else as it is published.
int make_one(const Call& call, const std::string& word) {
  const auto& invocation = call.invocation;
  const auto recipes = buildable(data_folder());
  if (std::ranges::find(recipes, word) != recipes.end()) {
    if (invocation.has("mirror"))
      refuse_usage("--mirror is for published images: a recipe has the host's own");
    return build_one(call, word, invocation.has("update") ? IfPresent::renew : IfPresent::keep);
  }
  const auto catalogue = catalogue_of(invocation);
  const auto found = catalogue.find(TemplateName::parse(word));
  if (found != catalogue.end()) return download_one(call, found->second);
  auto known = recipes;
  for (const auto& [name, image] : catalogue) known.push_back(name.str());
  throw Error(ErrorKind::not_found, fmt::format("there is no recipe and no published image {}", cited(word)),
              fmt::format("There are: {}.", enumerated(known)));
}

}  // namespace nocloud
