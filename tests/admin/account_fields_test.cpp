// SPDX-License-Identifier: Apache-2.0
#include "admin/account_fields.h"

#include <gmock/gmock.h>

#include "admin/json_body.h"

namespace runnel::admin {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

AccountFields fieldsOf(std::string_view json) {
    return AccountFields(parseJson(json).extract<Poco::JSON::Object::Ptr>());
}

std::vector<std::string> pointers(AccountFields& fields) {
    std::vector<std::string> out;
    try {
        fields.finish();
    } catch (const Problem& problem) {
        EXPECT_EQ(problem.status(), 422);
        for (const auto& error : problem.errors()) out.push_back(error.pointer);
    }
    return out;
}

TEST(AccountFieldsTest, TakesTexts) {
    AccountFields fields = fieldsOf(R"({"a":"x","b":"","c":null})");
    EXPECT_EQ(fields.text("a"), "x");
    EXPECT_EQ(fields.requiredText("b"), "");
    EXPECT_FALSE(fields.text("c"));
    EXPECT_FALSE(fields.text("d"));
    EXPECT_THAT(pointers(fields), IsEmpty());
}

TEST(AccountFieldsTest, SaysWhatIsMissingOrOfAnotherKind) {
    AccountFields fields = fieldsOf(R"({"a":1,"b":null,"c":["x"],"d":true})");
    for (const char* key : {"a", "b", "c", "d", "e"}) EXPECT_EQ(fields.requiredText(key), "");
    EXPECT_THAT(pointers(fields), ElementsAre("/a", "/b", "/c", "/d", "/e"));
}

TEST(AccountFieldsTest, ComplainsOnceAboutEachMember) {
    AccountFields fields = fieldsOf(R"({"role":7})");
    static_cast<void>(fields.rights());
    EXPECT_THAT(pointers(fields), ElementsAre("/role"));
}

TEST(AccountFieldsTest, RefusesUnknownMembersByPointer) {
    AccountFields fields = fieldsOf(R"({"nane":"x","a/b~c":1,"created":"x"})");
    fields.ignore({"created"});
    EXPECT_THAT(pointers(fields), ::testing::UnorderedElementsAre("/nane", "/a~1b~0c"));
}

TEST(AccountFieldsTest, DoesNotRepeatWhatMayBeASecret) {
    AccountFields fields =
        fieldsOf(R"({"role":"hunter2","when":"hunter2","applications":["hunter2"]})");
    static_cast<void>(fields.rights());
    static_cast<void>(fields.time("when"));
    try {
        fields.finish();
        FAIL();
    } catch (const Problem& problem) {
        EXPECT_THAT(problem.response().body, Not(HasSubstr("hunter2")));
    }
}

TEST(AccountFieldsTest, TakesRights) {
    AccountFields fields = fieldsOf(
        R"({"role":"operator","applications":["70b3d57ed0000001","00-00-00-00-00-00-00-02"]})");
    EXPECT_EQ(fields.rights(), (Rights{Role::Operator, {Eui{2}, Eui{0x70B3D57ED0000001}}}));
    EXPECT_THAT(pointers(fields), IsEmpty());
}

TEST(AccountFieldsTest, SaysWhatIsWrongAboutRights) {
    const auto complaints = [](std::string_view json) {
        AccountFields fields = fieldsOf(json);
        static_cast<void>(fields.rights());
        return pointers(fields);
    };
    EXPECT_THAT(complaints(R"({})"), ElementsAre("/role"));
    EXPECT_THAT(complaints(R"({"role":"boss"})"), ElementsAre("/role"));
    EXPECT_THAT(complaints(R"({"role":"operator"})"), ElementsAre("/applications"));
    EXPECT_THAT(complaints(R"({"role":"operator","applications":"all"})"),
                ElementsAre("/applications"));
    EXPECT_THAT(complaints(R"({"role":"viewer","applications":["x",1,null,"70B3D57ED0000001"]})"),
                ElementsAre("/applications/0", "/applications/1", "/applications/2"));
    EXPECT_THAT(complaints(R"({"role":"admin","applications":["70B3D57ED0000001"]})"),
                ElementsAre("/applications"));
    EXPECT_THAT(complaints(R"({"role":"admin","applications":null})"), IsEmpty());
}

TEST(AccountFieldsTest, TakesTimes) {
    AccountFields fields = fieldsOf(R"({"a":"2030-01-01T00:00:00Z","b":"tomorrow","c":5})");
    EXPECT_TRUE(fields.time("a"));
    EXPECT_FALSE(fields.time("b"));
    EXPECT_FALSE(fields.time("c"));
    EXPECT_FALSE(fields.time("d"));
    EXPECT_THAT(pointers(fields), ElementsAre("/b", "/c"));
}

}  // namespace
}  // namespace runnel::admin
