#include "nocloud/model/spec/name_sequence.hpp"

#include <gtest/gtest.h>

#include "nocloud/base/error.hpp"
#include "nocloud/model/identity.hpp"

namespace nocloud {
namespace {

const GroupName group = GroupName::parse("pftest");
const TypeName web = TypeName::parse("web");
const TypeName db = TypeName::parse("db");
const TemplateName debian12 = TemplateName::parse("debian12");

TEST(NameSequence, NumbersGoOnWhereTheStemComesAgain) {
  NameSequence names(group);
  EXPECT_EQ(names.next(web, debian12, "web").str(), "web00");
  EXPECT_EQ(names.next(db, debian12, "db").str(), "db00");
  EXPECT_EQ(names.next(db, debian12, "web").str(), "web01");
}

TEST(NameSequence, WithoutAStemEachKindCountsByItself) {
  NameSequence names(group);
  EXPECT_EQ(names.next(web, debian12, ""), unnamed_vm(group, web, debian12, 0));
  EXPECT_EQ(names.next(db, debian12, ""), unnamed_vm(group, db, debian12, 0));
  EXPECT_EQ(names.next(web, debian12, ""), unnamed_vm(group, web, debian12, 1));
}

TEST(NameSequence, RefusesAStemThatMakesNoName) {
  EXPECT_THROW(NameSequence(group).next(web, debian12, "Web"), Error);
}

}  // namespace
}  // namespace nocloud
