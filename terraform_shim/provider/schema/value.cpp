#include "terraform_shim/provider/schema/value.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud::terraform {
namespace {

/// Puts a value together from what the reader of msgpack or JSON finds. The library's own would follow any
/// nesting down the stack, and take bytes for text.
class Builder {  // NOLINT(bugprone-exception-escape): a null value is made without any
 public:
  using number_integer_t = Value::number_integer_t;    // NOLINT(readability-identifier-naming)
  using number_unsigned_t = Value::number_unsigned_t;  // NOLINT(readability-identifier-naming)
  using number_float_t = Value::number_float_t;        // NOLINT(readability-identifier-naming)
  using string_t = Value::string_t;                    // NOLINT(readability-identifier-naming)
  using binary_t = Value::binary_t;                    // NOLINT(readability-identifier-naming)

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(number_integer_t value) { return add(value); }
  bool number_unsigned(number_unsigned_t value) { return add(value); }
  bool number_float(number_float_t value, const string_t& /*text*/) {
    return std::isfinite(value) && add(value);
  }
  bool string(string_t& text) { return is_utf8(text) && add(std::move(text)); }
  bool binary(binary_t& bytes) { return bytes.has_subtype() && add(std::move(bytes)); }
  bool start_object(std::size_t /*size*/) { return open(Value::object()); }
  bool key(string_t& name) {
    if (!is_utf8(name) || places_.back()->contains(name)) return false;
    key_ = std::move(name);
    return true;
  }
  bool end_object() { return close(); }
  bool start_array(std::size_t /*size*/) { return open(Value::array()); }
  bool end_array() { return close(); }
  bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                   const nlohmann::detail::exception&) {
    return false;
  }

  Value take() { return std::move(root_); }

 private:
  Value* put(Value value) {
    if (places_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    auto& place = *places_.back();
    if (place.is_array()) return &place.emplace_back(std::move(value));
    return &(place[key_] = std::move(value));
  }
  bool add(Value value) {
    put(std::move(value));
    return true;
  }
  bool open(Value container) {
    if (places_.size() == deepest_value) return false;
    places_.push_back(put(std::move(container)));
    return true;
  }
  bool close() {
    places_.pop_back();
    return true;
  }

  Value root_;
  /// The containers that are open, the innermost last. What they hold is appended, and none but the last
  /// grows: the others stay where they are.
  std::vector<Value*> places_;
  std::string key_;
};

Value read(std::string_view bytes, Value::input_format_t format) {
  Builder builder;
  if (!Value::sax_parse(bytes.begin(), bytes.end(), &builder, format)) {
    throw Error(ErrorKind::invalid_input, "a value came that is none of Terraform's");
  }
  return builder.take();
}

/// From here on there are gaps between the whole ones.
constexpr double exact = 9'007'199'254'740'992;  // 2^53

/// Why the number, also as text, is not a whole one that can be meant.
std::string_view fault_of(const Value& number, std::string_view text) {
  if (text.starts_with('-')) return "is less than 0";
  const bool fraction =
      number.is_number_float() ? number.get<double>() < exact : text.find('.') != std::string_view::npos;
  return fraction ? "is not a whole number" : "is too large";
}

}  // namespace

Value unknown() {
  return Value::binary({0}, 0);
}

bool is_unknown(const Value& value) {
  return value.is_binary();
}

bool is_wholly_known(const Value& value) {
  if (!value.is_structured()) return !is_unknown(value);
  return std::all_of(value.begin(), value.end(), [](const Value& part) { return is_wholly_known(part); });
}

Value without_unknowns(Value value) {
  if (is_unknown(value)) return nullptr;
  if (value.is_structured()) {
    for (auto& part : value) part = without_unknowns(std::move(part));
  }
  return value;
}

Value read_msgpack(std::string_view bytes) {
  return read(bytes, Value::input_format_t::msgpack);
}

Value read_json(std::string_view text) {
  return read(text, Value::input_format_t::json);
}

std::string write_msgpack(const Value& value) {
  std::string bytes;
  Value::to_msgpack(value, nlohmann::detail::output_adapter<char>(bytes));
  return bytes;
}

std::uint64_t whole_number(const Value& number) {
  if (number.is_number_unsigned()) return number.get<std::uint64_t>();
  if (number.is_number_float()) {
    const auto value = number.get<double>();
    if (value >= 0 && value <= exact && std::trunc(value) == value) return static_cast<std::uint64_t>(value);
  }
  if (number.is_number_integer() && number.get<std::int64_t>() >= 0) return number.get<std::uint64_t>();
  // What is too large or too fine for msgpack's numbers comes as text.
  const auto text = number.is_string() ? number.get<std::string>() : number.dump();
  throw Error(ErrorKind::invalid_input, fmt::format("{} {}", cited(text), fault_of(number, text)));
}

Path Path::to(std::string_view attribute) {
  return {.steps = {Attribute{std::string(attribute)}}};
}

Path Path::then(Step step) const {
  Path longer = *this;
  longer.steps.push_back(std::move(step));
  return longer;
}

}  // namespace nocloud::terraform
