#include "nocloud/virt/xml/xml_document.hpp"

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

class StringWriter final : public pugi::xml_writer {
 public:
  void write(const void* data, std::size_t size) override {
    text_.append(static_cast<const char*>(data), size);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

/// XML 1.0 leaves two code points out that are well-formed UTF-8.
bool has_noncharacter(std::string_view text) {
  return text.find("\xef\xbf\xbe") != std::string_view::npos ||
         text.find("\xef\xbf\xbf") != std::string_view::npos;
}

}  // namespace

pugi::xml_document parsed_xml(std::string_view text, std::string_view what) {
  pugi::xml_document document;
  const auto result =
      document.load_buffer(text.data(), text.size(), pugi::parse_default, pugi::encoding_utf8);
  if (!result) {
    throw Error(ErrorKind::invalid_input,
                fmt::format("{} is not well-formed XML: {}", what, result.description()));
  }
  return document;
}

std::string xml_text(const pugi::xml_document& document) {
  StringWriter writer;
  document.save(writer, "  ", pugi::format_indent | pugi::format_no_declaration, pugi::encoding_utf8);
  return writer.take();
}

std::string element_text(pugi::xml_node element) {
  StringWriter writer;
  element.print(writer, "", pugi::format_raw, pugi::encoding_utf8);
  return writer.take();
}

const std::string& one_line(const std::string& text, std::string_view what) {
  if (printable(text) == text && !has_noncharacter(text)) return text;
  throw Error(ErrorKind::invalid_input, fmt::format("{} {} is not one line of text", what, cited(text)),
              "Leave out control characters; the encoding is UTF-8.");
}

pugi::xml_node append_text(pugi::xml_node parent, const char* name, const std::string& text) {
  auto node = parent.append_child(name);
  node.text().set(text.c_str());
  return node;
}

pugi::xml_node append_with(pugi::xml_node parent, const char* name, const char* attribute,
                           const std::string& value) {
  auto node = parent.append_child(name);
  set_attribute(node, attribute, value);
  return node;
}

void set_attribute(pugi::xml_node node, const char* name, const std::string& value) {
  node.append_attribute(name).set_value(value.c_str());
}

std::string_view local_name(pugi::xml_node node) {
  const std::string_view name = node.name();
  const auto colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::string_view namespace_of(pugi::xml_node node) {
  const std::string_view name = node.name();
  const auto colon = name.find(':');
  const std::string declaration =
      colon == std::string_view::npos ? "xmlns" : fmt::format("xmlns:{}", name.substr(0, colon));
  for (; node; node = node.parent()) {
    if (const auto attribute = node.attribute(declaration.c_str())) return attribute.value();
  }
  return {};
}

}  // namespace nocloud
