#include "nocloud/image/catalogue/signature.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/base/file/file.hpp"
#include "nocloud/base/process/process.hpp"
#include "nocloud/base/text.hpp"
#include "support/refusal.hpp"

namespace nocloud {
namespace {

using test::refusal_of;
using testing::HasSubstr;

/// Somebody with a key of their own, made by gpg for a moment.
class Signer {
 public:
  explicit Signer(const std::string& name, Arguments more = {}, const std::string& lifetime = "never")
      : more_(std::move(more)) {
    gpg({"--passphrase", "", "--quick-generate-key", name, "ed25519", "sign", lifetime});
    const auto listed = gpg({"--with-colons", "--fingerprint"});
    for (const auto line : split(listed, '\n')) {
      if (line.starts_with("fpr:")) fingerprint_ = split(line, ':').at(9);
    }
  }

  ~Signer() { run_process({"gpgconf", "--homedir", home_.path().string(), "--kill", "all"}); }
  Signer(const Signer&) = delete;
  Signer& operator=(const Signer&) = delete;

  std::string keys(bool armoured) const {
    return gpg(armoured ? Arguments{"--armor", "--export"} : Arguments{"--export"});
  }
  Fingerprint fingerprint() const { return Fingerprint::parse(fingerprint_); }
  /// From here on a subkey signs; gives its fingerprint.
  Fingerprint add_subkey() const {
    gpg({"--passphrase", "", "--quick-add-key", fingerprint_, "ed25519", "sign", "never"});
    std::string last;
    const auto listed = gpg({"--with-colons", "--with-subkey-fingerprint", "--fingerprint"});
    for (const auto line : split(listed, '\n')) {
      if (line.starts_with("fpr:")) last = split(line, ':').at(9);
    }
    return Fingerprint::parse(last);
  }
  std::string signature_of(const std::string& text) const {
    return gpg({"--detach-sign", "--output", "-"}, text);
  }
  std::string armoured_signature_of(const std::string& text) const {
    return gpg({"--armor", "--detach-sign", "--output", "-"}, text);
  }
  std::string signed_within(const std::string& text) const {
    return gpg({"--clearsign", "--output", "-"}, text);
  }

 private:
  std::string gpg(const Arguments& words, std::string_view input = {}) const {
    Arguments command{"gpg", "--homedir", home_.path().string(), "--batch", "--quiet"};
    command.insert(command.end(), more_.begin(), more_.end());
    command.insert(command.end(), words.begin(), words.end());
    return output_of(command, {.input = input});
  }

  TemporaryFolder home_;
  Arguments more_;
  std::string fingerprint_;
};

class Signature : public testing::Test {
 protected:
  void SetUp() override {
    if (!find_program("gpg")) GTEST_SKIP() << "there is no gpg here (Debian: gnupg)";
  }

  const std::string list = std::string(64, 'a') + "  disk.qcow2\n";
};

TEST_F(Signature, BesideTheTextIsFoundGood) {
  const Signer eva("eva");
  for (const bool armoured : {false, true}) {
    for (const auto& signers : {std::vector<Fingerprint>{}, {eva.fingerprint()}}) {
      EXPECT_EQ(verified_text({list, eva.signature_of(list)}, eva.keys(armoured), signers), list);
      EXPECT_EQ(verified_text({list, eva.armoured_signature_of(list)}, eva.keys(armoured), signers), list);
    }
  }
}

TEST_F(Signature, OfASubkeyIsItsOwners) {
  const Signer eva("eva");
  const auto subkey = eva.add_subkey();
  ASSERT_NE(subkey.str(), eva.fingerprint().str());
  for (const auto& signer : {eva.fingerprint(), subkey}) {
    EXPECT_EQ(verified_text({list, eva.signature_of(list)}, eva.keys(true), {signer}), list);
  }
}

TEST_F(Signature, IsOfAnyKeyInTheFile) {
  const Signer eva("eva");
  const Signer bob("bob");
  const auto keys = eva.keys(true) + bob.keys(true);
  for (const auto* signer : {&eva, &bob}) {
    EXPECT_EQ(verified_text({list, signer->signature_of(list)}, keys, {signer->fingerprint()}), list);
  }
}

TEST_F(Signature, WithinTheTextCoversWhatIsGivenAndNoMore) {
  const Signer eva("eva");
  const auto around = "before\n" + eva.signed_within(list) + "after\n";
  EXPECT_EQ(verified_text({around, std::nullopt}, eva.keys(true), {eva.fingerprint()}), list);
}

TEST_F(Signature, OfAnotherTextIsRefused) {
  const Signer eva("eva");
  const auto changed = std::string(64, 'b') + list.substr(64);
  auto within = eva.signed_within(list);
  within.replace(within.find(list), list.size(), changed);
  for (const auto& text :
       {SignedText{changed, eva.signature_of(list)}, SignedText{within, std::nullopt},
        SignedText{list, "no signature"}, SignedText{list, ""}, SignedText{list, std::nullopt}}) {
    const auto error = refusal_of([&] { verified_text(text, eva.keys(false), {}); });
    EXPECT_EQ(error.kind(), ErrorKind::invalid_input);
    EXPECT_THAT(error.message(), HasSubstr("no good signature"));
  }
}

TEST_F(Signature, OfSomebodyElseIsRefused) {
  const Signer eva("eva");
  const Signer mallory("mallory");
  const SignedText text{list, mallory.signature_of(list)};
  EXPECT_THAT(refusal_of([&] { verified_text(text, eva.keys(true), {}); }).message(),
              HasSubstr("no good signature"));
  // The keys came by the same way as the list, so whoever changed it may have changed them.
  const auto error = refusal_of([&] { verified_text(text, mallory.keys(true), {eva.fingerprint()}); });
  EXPECT_THAT(error.message(), HasSubstr("who is not its publisher"));
  EXPECT_THAT(error.message(), HasSubstr(mallory.fingerprint().str()));
}

TEST_F(Signature, BesideAnotherThatIsBadIsRefused) {
  const Signer eva("eva");
  const Signer mallory("mallory");
  const SignedText text{list, eva.signature_of(list) + mallory.signature_of("another text")};
  EXPECT_THROW(verified_text(text, eva.keys(false) + mallory.keys(false), {}), Error);
}

TEST_F(Signature, OfAFileIsAsThatOfAText) {
  const Signer eva("eva");
  const Signer mallory("mallory");
  const TemporaryFolder folder;
  const auto file = folder.path() / "-disk.qcow2";
  write_file(file, list, 0600);
  const FileSignature good{eva.signature_of(list), eva.keys(true), {eva.fingerprint()}};
  EXPECT_NO_THROW(require_signature(file, good));
  auto other = good;
  other.signers = {mallory.fingerprint()};
  EXPECT_THAT(refusal_of([&] { require_signature(file, other); }).message(),
              HasSubstr("who is not its publisher"));
  other = good;
  other.signature = "";
  EXPECT_THAT(refusal_of([&] { require_signature(file, other); }).message(), HasSubstr("no good signature"));
  write_file(file, list + "x", 0600);
  const auto error = refusal_of([&] { require_signature(file, good); });
  EXPECT_EQ(error.kind(), ErrorKind::invalid_input);
  EXPECT_THAT(error.message(), HasSubstr("no good signature"));
}

TEST_F(Signature, OfAKeyThatHasExpiredIsRefused) {
  // Frozen: a key must not be younger than its signature when a busy machine makes it.
  const Signer eva("eva", {"--faked-system-time", "20200101T000000!"}, "1y");
  EXPECT_THAT(refusal_of([&] {
                verified_text({list, eva.signature_of(list)}, eva.keys(false), {});
              }).message(),
              HasSubstr("no good signature"));
}

TEST_F(Signature, BesideOneOfAKeyThatHasExpiredIsRefused) {
  const Signer eva("eva");
  const Signer former("former", {"--faked-system-time", "20200101T000000!"}, "1y");
  const SignedText text{list, eva.signature_of(list) + former.signature_of(list)};
  EXPECT_THAT(refusal_of([&] {
                verified_text(text, eva.keys(false) + former.keys(false), {eva.fingerprint()});
              }).message(),
              HasSubstr("no good signature"));
}

TEST_F(Signature, NeedsKeysThatAreKeys) {
  const Signer eva("eva");
  const SignedText text{list, eva.signature_of(list)};
  auto cut = eva.keys(true);
  cut.resize(cut.size() / 2);
  for (const auto& keys : {std::string(), std::string("<html>"), cut}) {
    EXPECT_EQ(refusal_of([&] { verified_text(text, keys, {}); }).kind(), ErrorKind::invalid_input) << keys;
  }
}

TEST(KeyFingerprint, HasFortyDigits) {
  EXPECT_EQ(Fingerprint::parse("bf18 AC2876178908D6E71267D36CB86CB86B3716").str(),
            "BF18AC2876178908D6E71267D36CB86CB86B3716");
  for (const auto* wrong :
       {"", "B86B3716", "BF18AC2876178908D6E71267D36CB86CB86B371G", "BF18AC2876178908D6E71267D36CB86CB86B371",
        "BF18AC2876178908D6E71267D36CB86CB86B37160", "BF18AC2876178908D6E71267D36CB86C"}) {
    EXPECT_EQ(refusal_of([&] { Fingerprint::parse(wrong); }).kind(), ErrorKind::invalid_input) << wrong;
  }
}

}  // namespace
}  // namespace nocloud
