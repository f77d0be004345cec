#include "fetch/http_answer.hpp"

#include <gtest/gtest.h>

namespace nocloud {
namespace {

TEST(HttpAnswer, AStatusSaysWhetherToTryAgain) {
  const std::tuple<long, ErrorKind, bool> cases[] = {
      {404, ErrorKind::not_found, false},  {410, ErrorKind::not_found, false},
      {401, ErrorKind::failed, false},     {403, ErrorKind::failed, false},
      {400, ErrorKind::failed, false},     {501, ErrorKind::failed, false},
      {429, ErrorKind::unavailable, true}, {500, ErrorKind::unavailable, true},
      {503, ErrorKind::unavailable, true}, {408, ErrorKind::unavailable, true},
  };
  for (const auto& [status, kind, passes] : cases) {
    const auto setback = setback_of_status(status);
    EXPECT_EQ(setback.error.kind(), kind) << status;
    EXPECT_EQ(setback.passes, passes) << status;
  }
}

TEST(HttpAnswer, APartSaysWhereItBegins) {
  EXPECT_EQ(content_range("bytes 100-199/200").value().first, 100U);
  EXPECT_EQ(content_range("bytes 100-199/200").value().total, 200U);
  EXPECT_EQ(content_range("bytes 0-0/*").value().total, std::nullopt);
  for (const auto* bad :
       {"", "bytes", "bytes */200", "bytes 1-2", "bytes 2-1/3", "bytes 0-3/3", "bytes -1-2/3", "bytes 1-2/x",
        "items 1-2/3", "bytes 1-2/3/4", "bytes 18446744073709551616-2/3"}) {
    EXPECT_FALSE(content_range(bad)) << bad;
  }
}

TEST(HttpAnswer, AVersionPromisesTheSameBytes) {
  const std::string date = "Fri, 20 Nov 2026 10:00:00 GMT";
  EXPECT_EQ(version_of("\"abc\"", date), "\"abc\"");
  EXPECT_EQ(version_of("W/\"abc\"", date), date) << "a weak tag promises less";
  EXPECT_EQ(version_of("", date), date);
  EXPECT_EQ(version_of("\"a\nb\"", ""), "") << "it would be another header";
  EXPECT_EQ(version_of("\"" + std::string(5000, 'a') + "\"", ""), "");
  EXPECT_EQ(version_of("", ""), "");
}

}  // namespace
}  // namespace nocloud
