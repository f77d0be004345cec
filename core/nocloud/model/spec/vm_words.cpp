#include "nocloud/model/spec/vm_words.hpp"

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/model/spec/numbering.hpp"

namespace nocloud {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

DescribedVm read_word(std::string_view word, const VmWordsRequest& request) {
  const auto colon = word.find(':');
  return {.name = vm_of_word(name_in_word(word), request.stem),
          .group = request.group,
          .type = request.type,
          .template_name = colon == std::string_view::npos ? request.template_name
                                                           : TemplateName::parse(word.substr(colon + 1)),
          .shape = request.shape};
}

}  // namespace

std::string stem_from(std::string_view text) {
  try {
    VmName::parse(fmt::format("{}00", text));
  } catch (const Error&) {
    throw Error(ErrorKind::invalid_input, fmt::format("{} is no stem", cited(text)),
                "It is what names begin with: up to 61 of a-z, 0-9 and '-', and no '-' first.");
  }
  return std::string(text);
}

VmName vm_of_word(std::string_view word, std::string_view stem) {
  if (is_number(word)) return VmName::parse(fmt::format("{}{}", stem, normal_number(word)));
  const bool stem_and_number = word.starts_with(stem) && is_number(word.substr(stem.size()));
  if (!stem_and_number) return VmName::parse(word);
  return VmName::parse(fmt::format("{}{}", stem, normal_number(word.substr(stem.size()))));
}

std::string_view name_in_word(std::string_view word) {
  return word.substr(0, word.find(':'));
}

Description read_vm_words(const VmWordsRequest& request) {
  if (request.words.size() > most_described_vms) {
    throw Error(ErrorKind::invalid_input, fmt::format("{} VMs are too many for one call, {} are the most",
                                                      request.words.size(), most_described_vms));
  }
  Description description;
  std::vector<NameClaim> claims;
  for (const auto& word : request.words) {
    description.vms.push_back(
        while_doing(fmt::format("in {}", cited(word)), [&] { return read_word(word, request); }));
    claims.push_back(claim_of(description.vms.back(), cited(word)));
  }
  check_no_clash(claims);
  return description;
}

}  // namespace nocloud
