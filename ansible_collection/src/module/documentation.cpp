#include "ansible_collection/src/module/documentation.hpp"

#include <fmt/format.h>

#include "ansible_collection/src/module/coercion.hpp"
#include "ansible_collection/src/module/yaml.hpp"

namespace nocloud::ansible {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view stub = R"(#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright: the authors of nocloud
# GNU General Public License v3.0 or later (see https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Written by `nocloud-ansible --document {name}`. The module is the program beside this file.

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r'''
---
{documentation}'''

EXAMPLES = r'''
{examples}'''

RETURN = r'''
{returns}'''

import json

from ansible.module_utils.basic import AnsibleModule

# What linters check tasks against; the program checks the same itself.
ARGUMENTS = r'''
{arguments}
'''
RULES = r'''
{rules}
'''


def main():
    module = AnsibleModule(supports_check_mode=True, argument_spec=json.loads(ARGUMENTS), **json.loads(RULES))
    module.fail_json(msg='The program of nocloud.kvm.{name} is missing for this machine; this file only documents it.')


if __name__ == '__main__':
    main()
)";

ordered_json options_of(const std::vector<ArgumentSpec>& arguments);

ordered_json option_of(const ArgumentSpec& argument) {
  ordered_json option{{"description", argument.description}, {"type", word_for(argument.type)}};
  if (argument.need == ArgumentSpec::Need::required) option["required"] = true;
  if (argument.elements) option["elements"] = word_for(*argument.elements);
  if (!argument.choices.empty()) option["choices"] = argument.choices;
  if (!argument.default_value.is_null()) option["default"] = ordered_json(argument.default_value);
  if (!argument.options.empty()) option["suboptions"] = options_of(argument.options);
  return option;
}

ordered_json options_of(const std::vector<ArgumentSpec>& arguments) {
  auto options = ordered_json::object();
  for (const auto& argument : arguments) options[argument.name] = option_of(argument);
  return options;
}

ordered_json python_spec_of(const std::vector<ArgumentSpec>& arguments) {
  auto specs = ordered_json::object();
  for (const auto& argument : arguments) {
    auto& spec = specs[argument.name];
    spec["type"] = word_for(argument.type);
    if (argument.need == ArgumentSpec::Need::required) spec["required"] = true;
    if (argument.elements) spec["elements"] = word_for(*argument.elements);
    if (!argument.choices.empty()) spec["choices"] = argument.choices;
    if (!argument.default_value.is_null()) spec["default"] = ordered_json(argument.default_value);
    if (!argument.options.empty()) spec["options"] = python_spec_of(argument.options);
    // Said of each: where it is not, names such as host_key are taken for secrets.
    spec["no_log"] = argument.secrecy == ArgumentSpec::Secrecy::no_log;
  }
  return specs;
}

/// An object with a line for each of its members.
std::string lines_of(const ordered_json& object) {
  std::vector<std::string> lines;
  for (const auto& [key, value] : object.items()) {
    lines.push_back(fmt::format("  {}: {}", ordered_json(key).dump(), value.dump()));
  }
  return fmt::format("{{\n{}\n}}", fmt::join(lines, ",\n"));
}

/// The rules beside the arguments, as Ansible's own `AnsibleModule` takes them.
ordered_json python_rules_of(const ModuleSpec& spec) {
  auto conditions = ordered_json::array();
  for (const auto& rule : spec.required_if) {
    const bool any = rule.of == ModuleSpec::RequiredIf::Of::any;
    conditions.push_back(ordered_json::array({rule.argument, rule.value, rule.names, any}));
  }
  return {{"mutually_exclusive", spec.mutually_exclusive},
          {"required_together", spec.required_together},
          {"required_one_of", spec.required_one_of},
          {"required_if", std::move(conditions)}};
}

ordered_json attribute(std::string_view description, std::string_view support) {
  return {{"description", description}, {"support", support}};
}

ordered_json documentation_of(const ModuleSpec& spec) {
  const bool changes = spec.nature == ModuleSpec::Nature::changes;
  return {{"module", spec.name},
          {"short_description", spec.short_description},
          {"version_added", "1.0.0"},
          {"description", spec.description},
          {"author", {"the authors of nocloud (@nocloud)"}},
          {"requirements", {"libvirt on the target"}},
          {"attributes",
           {{"check_mode", attribute("Says what would be done, and does nothing.", "full")},
            {"diff_mode", attribute("Shows what is there before and after.", changes ? "full" : "none")}}},
          {"options", options_of(spec.arguments)}};
}

ordered_json returns_of(const ModuleSpec& spec) {
  auto returns = ordered_json::object();
  for (const auto& key : spec.returns) {
    auto& entry = returns[key.name];
    entry = {{"description", key.description}, {"returned", key.returned}, {"type", key.type}};
    if (!key.sample.is_null()) entry["sample"] = ordered_json(key.sample);
  }
  return returns;
}

}  // namespace

std::string documentation_stub(const ModuleSpec& spec) {
  return fmt::format(stub, fmt::arg("name", spec.name),
                     fmt::arg("documentation", yaml_text(documentation_of(spec))),
                     fmt::arg("examples", spec.examples), fmt::arg("returns", yaml_text(returns_of(spec))),
                     fmt::arg("arguments", lines_of(python_spec_of(spec.arguments))),
                     fmt::arg("rules", lines_of(python_rules_of(spec))));
}

std::string modules_table(const std::vector<ModuleSpec>& specs) {
  std::string table = "| module | | its arguments |\n|---|---|---|\n";
  for (const auto& spec : specs) {
    std::vector<std::string> names;
    for (const auto& argument : spec.arguments) {
      const bool required = argument.need == ArgumentSpec::Need::required;
      names.push_back(required ? fmt::format("**{}**", argument.name) : argument.name);
    }
    table += fmt::format("| `nocloud.kvm.{}` | {} | {} |\n", spec.name, spec.short_description,
                         fmt::join(names, ", "));
  }
  return table;
}

}  // namespace nocloud::ansible
