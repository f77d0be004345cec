#include "terraform_shim/provider/schema/schema.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "nocloud/base/text.hpp"

namespace nocloud::terraform {
namespace {

std::string_view kind_of(const Value& type) {
  return type.is_array() ? type.at(0).get_ref<const std::string&>() : type.get_ref<const std::string&>();
}

/// Goes through a value beside its schema, and notes what does not fit.
class Inspection {
 public:
  enum class Of {
    /// Of what Terraform keeps: types only.
    shape,
    /// Of what a user wrote: also what is missing, and values that can't be meant.
    config,
  };

  explicit Inspection(Of of) : of_(of) {}

  void object(const std::vector<Attribute>& attributes, const Value& value, const Path& path) {
    if (!value.is_object()) return note(path, "this is no object");
    for (const auto& [name, part] : value.items()) {
      const bool known = std::ranges::find(attributes, name, &Attribute::name) != attributes.end();
      if (!known)
        note(path.then(Path::Attribute{name}), fmt::format("there is no attribute {}", cited(name)));
    }
    for (const auto& declared : attributes) {
      const auto place = path.then(Path::Attribute{declared.name});
      const auto found = value.find(declared.name);
      if (found == value.end()) {
        note(place, fmt::format("the attribute {} is missing", declared.name));
      } else {
        attribute(declared, *found, place);
      }
    }
  }

  Diagnostics take() { return std::move(found_); }

 private:
  void attribute(const Attribute& declared, const Value& value, const Path& path) {
    if (value.is_null()) {
      const bool wanted = of_ == Of::config && declared.source == Attribute::Source::required;
      return wanted ? note(path, fmt::format("{} has to be set", declared.name)) : void();
    }
    if (is_unknown(value)) return;
    if (of_ == Of::config && !declared.is_given()) {
      return note(path, fmt::format("{} is not for the configuration to set", declared.name));
    }
    if (declared.type.is_null() || kind_of(declared.type) == "list") return list(declared, value, path);
    if (fits(declared.type, value, path)) check(declared, value, path);
  }

  void list(const Attribute& declared, const Value& value, const Path& path) {
    if (!value.is_array()) return note(path, "this is no list");
    if (of_ == Of::config && value.size() > declared.most) {
      return note(path, fmt::format("{} has {} elements; {} is the most", declared.name, value.size(),
                                    declared.most));
    }
    std::int64_t position = 0;
    for (const auto& element : value) {
      const auto place = path.then(Path::Index{position++});
      if (is_unknown(element)) continue;
      if (of_ == Of::config && element.is_null()) {
        note(place, fmt::format("an element of {} is null", declared.name));
      } else if (declared.type.is_null()) {
        object(declared.fields, element, place);
      } else if (fits(declared.type.at(1), element, place)) {
        check(declared, element, place);
      }
    }
  }

  /// Whether the value is of the type; notes where it is not.
  bool fits(const Value& type, const Value& value, const Path& path) {
    if (value.is_null() || is_unknown(value)) return true;
    const auto kind = kind_of(type);
    const bool of_kind = kind == "string"                    ? value.is_string()
                         : kind == "number"                  ? value.is_number() || value.is_string()
                         : kind == "bool"                    ? value.is_boolean()
                         : kind == "list"                    ? value.is_array()
                         : kind == "map" || kind == "object" ? value.is_object()
                                                             : false;
    if (!of_kind) return note(path, fmt::format("this is no {}", kind)), false;
    bool all_fit = true;
    if (kind == "object") return members(type.at(1), value, path);
    if (kind == "map") {
      for (const auto& [key, part] : value.items())
        all_fit &= fits(type.at(1), part, path.then(Path::Key{key}));
    }
    if (kind == "list") {
      std::int64_t position = 0;
      for (const auto& part : value) all_fit &= fits(type.at(1), part, path.then(Path::Index{position++}));
    }
    return all_fit;
  }

  bool members(const Value& types, const Value& value, const Path& path) {
    bool all_fit = types.size() == value.size();
    if (!all_fit) note(path, "this object has other attributes");
    for (const auto& [name, part] : value.items()) {
      const auto place = path.then(Path::Attribute{name});
      all_fit &= types.contains(name)
                     ? fits(types.at(name), part, place)
                     : (note(place, fmt::format("there is no attribute {}", cited(name))), false);
    }
    return all_fit;
  }

  void check(const Attribute& declared, const Value& value, const Path& path) {
    if (of_ != Of::config || declared.check == nullptr || value.is_null()) return;
    try {
      declared.check(value);
    } catch (const Error& error) {  // one of possibly several, each told at its place
      const bool secret = declared.secrecy == Attribute::Secrecy::secret;
      found_.push_back(secret ? Diagnostic{.summary = fmt::format("{} can't be used", declared.name),
                                           .detail = error.hint(),
                                           .path = path}
                              : diagnostic_of(error.during(declared.name), path));
    }
  }

  void note(const Path& path, std::string text) {
    found_.push_back({.summary = std::move(text), .path = path});
  }

  Of of_;
  Diagnostics found_;
};

/// What may be given, as the refusal of the largest number says it: no quantity takes that.
std::string remedy_of(void (*of)(std::uint64_t number)) {
  try {
    of(std::numeric_limits<std::uint64_t>::max());
  } catch (const Error& error) {
    return error.hint();
  }
  return "Give a whole number.";
}

Diagnostics inspect(const Block& block, const Value& value, Inspection::Of of) {
  Inspection inspection(of);
  inspection.object(block.attributes, value, {});
  return inspection.take();
}

}  // namespace

void check_whole(const Value& value, void (*of)(std::uint64_t number)) {
  std::uint64_t number = 0;
  try {
    number = whole_number(value);
  } catch (const Error& error) {
    throw Error(error.kind(), error.message(), remedy_of(of));
  }
  of(number);
}

const Attribute& Block::at(std::string_view name) const {
  const auto found = std::ranges::find(attributes, name, &Attribute::name);
  if (found != attributes.end()) return *found;
  throw Error(ErrorKind::failed, fmt::format("internal error: no attribute {} is declared", name));
}

Value Block::nothing() const {
  auto object = Value::object();
  for (const auto& attribute : attributes) object[attribute.name] = nullptr;
  return object;
}

Value Block::defaults() const {
  auto object = Value::object();
  for (const auto& attribute : attributes) object[attribute.name] = attribute.default_value;
  return object;
}

Diagnostics shape_errors(const Block& block, const Value& value) {
  return inspect(block, value, Inspection::Of::shape);
}

Diagnostics config_errors(const Block& block, const Value& config) {
  return inspect(block, config, Inspection::Of::config);
}

void require_shape(const Block& block, const Value& value) {
  const auto errors = shape_errors(block, value);
  if (errors.empty()) return;
  throw Error(
      ErrorKind::invalid_input,
      fmt::format("Terraform holds something that this provider did not write: {}", errors.front().summary),
      "Look at it with `terraform state show`; `terraform state rm` and an import begin anew.");
}

}  // namespace nocloud::terraform
