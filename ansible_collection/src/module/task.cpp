#include "ansible_collection/src/module/task.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "ansible_collection/src/module/coercion.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud::ansible {
namespace {

using nlohmann::json;
using Names = ModuleSpec::Names;

/// What Ansible itself tells every module.
constexpr std::string_view internal_prefix = "_ansible_";

[[noreturn]] void refuse_task(std::string message) {
  throw Error(ErrorKind::usage, std::move(message));
}

json object_from(std::string_view text) {
  if (trimmed(text).empty()) {
    throw Error(ErrorKind::invalid_input, "there are no arguments: the text is empty",
                "A module is given one JSON object.");
  }
  try {
    auto read = while_doing("the arguments are no JSON", [&] { return shallow_json(text); });
    if (read.is_object()) return read;
    refuse_task(fmt::format("the arguments are {}, not a JSON object", python_class(read)));
  } catch (const Error& error) {
    throw Error(ErrorKind::invalid_input, error.message(), "A module is given one JSON object in UTF-8.");
  }
}

bool is_given(const json& values, const std::string& name) {
  return values.contains(name);
}

std::size_t count_given(const json& values, const Names& names) {
  return static_cast<std::size_t>(
      std::count_if(names.begin(), names.end(), [&](const auto& name) { return is_given(values, name); }));
}

/// Keys that no declaration has, wherever they were.
struct Unknown {
  Names names = {};
  /// What could have stood in the place of the last of them.
  Names known = {};
};

/// Checks one object by the declaration of its keys; `context` is where it is: "description[0].".
class Reader {
 public:
  Reader(const std::vector<ArgumentSpec>& specs, const json& given, std::string context, Unknown& unknown)
      : specs_(specs), given_(given), context_(std::move(context)), unknown_(unknown) {}

  /// The values, with defaults, and without those that are null.
  json values() {
    require_arguments();
    note_unknown();
    for (const auto& spec : specs_) {
      const auto found = given_.find(spec.name);
      if (found != given_.end() && !found->is_null()) {
        values_[spec.name] = value_of(spec, *found);
      } else if (!spec.default_value.is_null()) {
        values_[spec.name] = spec.default_value;
      }
    }
    return std::move(values_);
  }

 private:
  void note_unknown() const {
    for (const auto& [name, value] : given_.items()) {
      const bool known = std::any_of(specs_.begin(), specs_.end(),
                                     [&name = name](const auto& spec) { return spec.name == name; });
      const bool internal = context_.empty() && name.starts_with(internal_prefix);
      if (known || internal) continue;
      unknown_.names.push_back(context_ + told(name));
      unknown_.known.clear();
      for (const auto& spec : specs_) unknown_.known.push_back(spec.name);
    }
  }

  void require_arguments() const {
    Names missing;
    for (const auto& spec : specs_) {
      const auto found = given_.find(spec.name);
      const bool absent = found == given_.end() || found->is_null();
      if (spec.need == ArgumentSpec::Need::required && absent) missing.push_back(spec.name);
    }
    if (missing.empty()) return;
    std::sort(missing.begin(), missing.end());
    const auto place =
        context_.empty() ? "" : fmt::format(" found in {}", context_.substr(0, context_.size() - 1));
    refuse_task(fmt::format("missing required arguments: {}{}", fmt::join(missing, ", "), place));
  }

  json value_of(const ArgumentSpec& spec, const json& given) const {
    auto value =
        converted(given, spec.type, spec.secrecy, fmt::format("argument '{}{}'", context_, spec.name));
    if (spec.type == ArgumentType::list) value = elements_of(spec, value);
    if (spec.type == ArgumentType::dictionary) value = member_of(spec, value, context_ + spec.name);
    check_choice(spec, value);
    return value;
  }

  static json converted(const json& given, ArgumentType type, ArgumentSpec::Secrecy secrecy,
                        std::string_view what) {
    try {
      return coerced(given, type, secrecy);
    } catch (const Error& error) {
      refuse_task(fmt::format("{} is of type {} and we were unable to convert to {}: {}", what,
                              python_class(given), word_for(type), error.message()));
    }
  }

  json elements_of(const ArgumentSpec& spec, const json& list) const {
    auto elements = json::array();
    const auto type = spec.elements.value_or(ArgumentType::text);
    for (const auto& given : list) {
      auto element = converted(given, type, spec.secrecy,
                               fmt::format("Elements value for option '{}{}'", context_, spec.name));
      if (type == ArgumentType::dictionary) {
        element = member_of(spec, element, fmt::format("{}{}[{}]", context_, spec.name, elements.size()));
      }
      elements.push_back(std::move(element));
    }
    return elements;
  }

  json member_of(const ArgumentSpec& spec, const json& given, const std::string& place) const {
    return Reader(spec.options, given, place + ".", unknown_).values();
  }

  void check_choice(const ArgumentSpec& spec, const json& value) const {
    if (spec.choices.empty() || !value.is_string()) return;
    const auto& word = value.get_ref<const std::string&>();
    if (std::find(spec.choices.begin(), spec.choices.end(), word) != spec.choices.end()) return;
    refuse_task(fmt::format("value of {}{} must be one of: {}, got: {}", context_, spec.name,
                            fmt::join(spec.choices, ", "), told(word)));
  }

  const std::vector<ArgumentSpec>& specs_;
  const json& given_;
  std::string context_;
  Unknown& unknown_;
  json values_ = json::object();
};

void check_exclusive(const ModuleSpec& spec, const json& values) {
  for (const auto& names : spec.mutually_exclusive) {
    if (count_given(values, names) > 1) {
      refuse_task(fmt::format("parameters are mutually exclusive: {}", fmt::join(names, "|")));
    }
  }
}

void check_together(const ModuleSpec& spec, const json& values) {
  for (const auto& names : spec.required_together) {
    const auto given = count_given(values, names);
    if (given > 0 && given < names.size()) {
      refuse_task(fmt::format("parameters are required together: {}", fmt::join(names, ", ")));
    }
  }
  for (const auto& names : spec.required_one_of) {
    if (count_given(values, names) == 0) {
      refuse_task(fmt::format("one of the following is required: {}", fmt::join(names, ", ")));
    }
  }
}

void check_required_if(const ModuleSpec& spec, const json& values) {
  for (const auto& rule : spec.required_if) {
    if (!is_given(values, rule.argument) || values.at(rule.argument) != rule.value) continue;
    Names missing;
    for (const auto& name : rule.names) {
      if (!is_given(values, name)) missing.push_back(name);
    }
    const bool any = rule.of == ModuleSpec::RequiredIf::Of::any;
    if (missing.size() < (any ? rule.names.size() : 1)) continue;
    refuse_task(fmt::format("{} is {} but {} of the following are missing: {}", rule.argument, rule.value,
                            any ? "any" : "all", fmt::join(missing, ", ")));
  }
}

void refuse_unknown(Unknown unknown, std::string_view module) {
  if (unknown.names.empty()) return;
  std::sort(unknown.names.begin(), unknown.names.end());
  std::sort(unknown.known.begin(), unknown.known.end());
  constexpr std::size_t most_named = 20;
  if (unknown.names.size() > most_named) unknown.names.resize(most_named);
  refuse_task(fmt::format("Unsupported parameters for ({}) module: {}. Supported parameters include: {}.",
                          module, fmt::join(unknown.names, ", "), fmt::join(unknown.known, ", ")));
}

/// One of Ansible's own words to a module.
bool is_told(const json& given, std::string_view name) {
  const auto found = given.find(fmt::format("{}{}", internal_prefix, name));
  if (found == given.end() || found->is_null()) return false;
  return coerced(*found, ArgumentType::boolean, ArgumentSpec::Secrecy::open).get<bool>();
}

std::string module_name(const ModuleSpec& spec, const json& given) {
  const auto found = given.find(fmt::format("{}module_name", internal_prefix));
  return found != given.end() && found->is_string() ? told(found->get_ref<const std::string&>())
                                                    : "nocloud.kvm." + spec.name;
}

/// Only what was said: null is as good as nothing.
json without_nulls(const json& given) {
  auto said = json::object();
  for (const auto& [name, value] : given.items()) {
    if (!value.is_null()) said[name] = value;
  }
  return said;
}

}  // namespace

Task read_task(const ModuleSpec& spec, std::string_view text) {
  const auto given = object_from(text);
  check_exclusive(spec, without_nulls(given));
  Unknown unknown;
  auto values = Reader(spec.arguments, given, "", unknown).values();
  check_together(spec, values);
  check_required_if(spec, values);
  refuse_unknown(std::move(unknown), module_name(spec, given));
  Task task{.arguments = Arguments(std::move(values))};
  if (is_told(given, "check_mode")) task.effect = Task::Effect::check;
  if (is_told(given, "diff") && !is_told(given, "no_log")) task.diff = Task::Diff::shown;
  return task;
}

}  // namespace nocloud::ansible
