#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace nocloud::ansible {

enum class ArgumentType { text, path, boolean, integer, list, dictionary };

/// One argument of a module, declared once for its check and its documentation.
struct ArgumentSpec {
  std::string name;
  ArgumentType type = ArgumentType::text;
  /// A paragraph each.
  std::vector<std::string> description;
  enum class Need { optional, required } need = Need::optional;
  std::vector<std::string> choices = {};
  /// Null for none.
  nlohmann::json default_value = nullptr;
  /// Of a list: what its elements are.
  std::optional<ArgumentType> elements = std::nullopt;
  /// Of a dictionary, or a list of them: its keys.
  std::vector<ArgumentSpec> options = {};
  enum class Secrecy {
    open,
    /// Never shown, not even in the message about an error in it.
    no_log,
  } secrecy = Secrecy::open;
};

/// One key of a module's result.
struct ReturnSpec {
  std::string name;
  /// As Ansible's documentation names types: str, int, bool, dict, list.
  std::string type;
  std::string description;
  std::string returned = "success";
  nlohmann::json sample = nullptr;
};

/// All that a module says of itself. Its check of arguments and its documentation follow from this.
struct ModuleSpec {
  using Names = std::vector<std::string>;
  /// A value of one argument asks for others: for all of them, or for any.
  struct RequiredIf {
    std::string argument;
    std::string value;
    Names names;
    enum class Of { all, any } of = Of::all;
  };

  std::string name;
  std::string short_description;
  std::vector<std::string> description;
  std::vector<ArgumentSpec> arguments;
  std::vector<Names> mutually_exclusive = {};
  std::vector<Names> required_together = {};
  std::vector<Names> required_one_of = {};
  std::vector<RequiredIf> required_if = {};
  /// YAML: tasks.
  std::string examples;
  std::vector<ReturnSpec> returns;
  enum class Nature { changes, only_looks } nature = Nature::changes;
};

}  // namespace nocloud::ansible
