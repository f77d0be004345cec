#include "ansible_collection/src/shared_arguments.hpp"
#include "ansible_collection/src/template_module.hpp"
#include "ansible_collection/src/vm_facts.hpp"
#include "nocloud/base/concatenation.hpp"

namespace nocloud::ansible {
namespace {

constexpr const char* template_examples = R"(- name: A template from a cloud image that lies on the target
  nocloud.kvm.template:
    name: debian13
    import: /srv/images/debian-13-generic-amd64.qcow2

- name: One that is downloaded, and checked
  nocloud.kvm.template:
    name: debian13
    import: https://images.example.org/debian-13-generic-amd64.qcow2
    checksum: sha256:2f0d9f9a1b6f0b1f0c1f5b7c3d4e6a8899aabbccddeeff00112233445566778f

- name: One that is built from Debian's packages, if it is not there
  nocloud.kvm.template:
    name: debian12
    build: debian12

- name: One that a distribution publishes
  nocloud.kvm.template:
    name: debian13
    published: debian13

- name: What web00 has become
  nocloud.kvm.template:
    name: web
    from_vm: web00
    seal: true

- name: None
  nocloud.kvm.template:
    name: debian13
    state: absent
)";

std::vector<ArgumentSpec> source_arguments() {
  return {
      {.name = "name", .description = {"The template's name."}, .need = ArgumentSpec::Need::required},
      {.name = "state",
       .description = {"Whether it is there. One that VMs depend on can't be removed."},
       .choices = {"present", "absent"},
       .default_value = "present"},
      {.name = "import",
       .description = {"A disk image on the target, qcow2 or raw, also packed by gzip, xz or zstd, or an "
                       "https or http URL to download one "
                       "from, which takes a nocloud on the target. Where the template is there with another "
                       "image, it moves on to this one; VMs on the older keep that."}},
      {.name = "checksum",
       .description =
           {"What the image has to add up to, C(sha256:HEX) or C(sha512:HEX). A template that came "
            "from the same URL with the same checksum is not downloaded again."}},
      {.name = "insecure",
       .type = ArgumentType::boolean,
       .description =
           {"Take whatever the URL gives, where no checksum is known. A template that came from the "
            "same URL is left as it is."},
       .default_value = false},
      {.name = "build",
       .description =
           {"A recipe of nocloud's on the target, which has to have nocloud installed. A template that "
            "is there is left as it is."}},
      {.name = "published",
       .description =
           {"The name of a published image, as C(vmtemplate -l) on the target shows it: it is downloaded, "
            "and checked against what its publisher has signed. Takes a nocloud on the target. A template "
            "that is there is left as it is."}},
      {.name = "mirror", .description = {"With I(published): the mirror to download from."}},
      {.name = "from_vm",
       .description =
           {"A VM that is powered off, and stays as it is: the template is what it has become. A template "
            "that is there is left as it is."}},
      {.name = "seal",
       .type = ArgumentType::boolean,
       .description =
           {"With I(from_vm): strip it first of what would make its clones twins. Takes virt-sysprep "
            "(Debian's package libguestfs-tools) on the target."},
       .default_value = false},
      {.name = "flat",
       .type = ArgumentType::boolean,
       .description =
           {"With I(from_vm): an image that stands alone, not a layer over the one that the VM lies over."},
       .default_value = false}};
}

std::vector<ArgumentSpec> guest_arguments() {
  return {{.name = "kernel",
           .type = ArgumentType::path,
           .description = {"Its VMs boot this kernel, past their boot loader."}},
          {.name = "initrd", .type = ArgumentType::path, .description = {"With this initrd."}},
          {.name = "cmdline", .description = {"And this command line."}},
          {.name = "user", .description = {"Who logs in on its VMs."}, .default_value = "debian"},
          {.name = "init",
           .description = {"What configures its VMs at their first boot."},
           .choices = {"cloud-init", "none"},
           .default_value = "cloud-init"},
          {.name = "host_key",
           .description = {"With I(init=none), the public SSH host key in the image: all its VMs share it."}},
          {.name = "memory", .description = {"Memory of its VMs in MB, or with a unit. By default 1024."}},
          {.name = "cpus", .type = ArgumentType::integer, .description = {"CPUs of its VMs. By default 1."}},
          uri_argument()};
}

}  // namespace

ModuleSpec template_spec() {
  return {.name = "template",
          .short_description = "Makes a template, of which virtual machines are clones",
          .description = {"Imports or builds the image that VMs are made from, or removes it.",
                          "The image's digest is its name: one that is there already is not stored again."},
          .arguments = source_arguments() + guest_arguments(),
          .mutually_exclusive = {{"import", "build", "published", "from_vm"},
                                 {"build", "published", "from_vm", "kernel"},
                                 {"build", "published", "from_vm", "host_key"},
                                 {"build", "published", "from_vm", "checksum"},
                                 {"checksum", "insecure"}},
          .required_together = {{"kernel", "initrd"}},
          .required_if = {{.argument = "state",
                           .value = "present",
                           .names = {"import", "build", "published", "from_vm"},
                           .of = ModuleSpec::RequiredIf::Of::any},
                          {.argument = "init", .value = "none", .names = {"host_key"}}},
          .examples = template_examples,
          .returns = {
              {.name = "name", .type = "str", .description = "The template's name.", .sample = "debian12"},
              {.name = "state", .type = "str", .description = "present or absent.", .sample = "present"},
              timings_return()}};
}

}  // namespace nocloud::ansible
