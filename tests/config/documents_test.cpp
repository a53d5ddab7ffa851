// SPDX-License-Identifier: Apache-2.0
#include "config/documents.h"

#include <Poco/JSON/Parser.h>
#include <gmock/gmock.h>

#include "config/same_value.h"
#include "tests/support/fake_plugins.h"

namespace runnel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr Eui kApplication{0x70B3D57ED0000001};

class DocumentsTest : public ::testing::Test {
  protected:
    static JsonTree parse(const std::string& text) {
        Poco::JSON::Parser parser(new Poco::JSON::ParseHandler(true));
        return JsonTree(parser.parse(text));
    }
    StreamSpec read(const std::string& text) {
        return reader_.stream(parse(text), {.application = kApplication, .gateway = {}});
    }
    std::string written(const StreamSpec& spec, Secrets secrets = Secrets::Shown) const {
        return jsonText(*documentOf(spec, plugins_, secrets));
    }
    /// The pointers of all complaints about it.
    std::vector<std::string> pointers(const std::string& text) {
        const JsonTree tree = parse(text);
        reader_.stream(tree, {.application = kApplication, .gateway = {}});
        std::vector<std::string> all;
        for (const Complaint& one : reader_.takeComplaints()) {
            all.push_back(tree.pointerTo(one.place));
        }
        return all;
    }

    Plugins plugins_ = fakePlugins();
    DocumentReader reader_{plugins_, Config{}};
};

TEST_F(DocumentsTest, EveryKindOfOptionComesBackAsItWas) {
    const std::string text = R"({"name":"erp","protocol":"http","format":"json","options":{
        "url":"https://a/ü\"\\\u0001","headers":{"z":"1","a":"true"},"secret":"s3cret: #x",
        "timeout":0.1,"sequence":true,"fields":["b","a","17"]},
        "duplicates":"best","events":["join","uplink"],"enabled":false})";
    const StreamSpec first = read(text);
    ASSERT_THAT(reader_.takeComplaints(), IsEmpty());
    const StreamSpec again = read(written(first));
    ASSERT_THAT(reader_.takeComplaints(), IsEmpty());
    EXPECT_TRUE(isSame(first.protocolOptions, again.protocolOptions));
    EXPECT_TRUE(isSame(first.formatOptions, again.formatOptions));
    EXPECT_EQ(again.events, (std::vector<Kind>{Kind::Join, Kind::Uplink}));
    EXPECT_EQ(again.duplicates, Duplicates::Best);
    EXPECT_FALSE(again.isEnabled);
    EXPECT_EQ(written(again), written(first));
}

TEST_F(DocumentsTest, DefaultsAreLeftOutAndSecretsHidden) {
    EXPECT_THAT(written(read(R"({"name":"cloud"})")), HasSubstr(R"("options":{})"));
    const StreamSpec erp = read(
        R"({"name":"erp","protocol":"http","options":{"url":"u","secret":"s3cret","timeout":10}})");
    EXPECT_THAT(written(erp, Secrets::Hidden), Not(HasSubstr("s3cret")));
    EXPECT_THAT(written(erp), HasSubstr("s3cret"));
}

TEST_F(DocumentsTest, ComplaintsPointToWhatTheyAreAbout) {
    EXPECT_THAT(pointers(R"({"name":"a b"})"), ElementsAre("/name"));
    EXPECT_THAT(pointers(R"({})"), ElementsAre(""));
    EXPECT_THAT(pointers(R"({"name":"a","colour":1})"), ElementsAre("/colour"));
    EXPECT_THAT(pointers(R"({"name":"a","scope":{"device":"zz"}})"), ElementsAre("/scope/device"));
    EXPECT_THAT(pointers(R"({"name":"a","events":["uplink","x"]})"), ElementsAre("/events/1"));
    EXPECT_THAT(pointers(R"({"name":"a","options":{"sequence":"maybe"}})"),
                ElementsAre("/options/sequence"));
    EXPECT_THAT(pointers(R"({"name":"a","options":{"a/b~c":1}})"), ElementsAre("/options/a~1b~0c"));
    EXPECT_THAT(pointers(R"({"name":"a","tokens":[{"token":"short"}]})"),
                ElementsAre("/tokens/0/token"));
    EXPECT_THAT(pointers(R"([1])"), ElementsAre(""));
}

TEST_F(DocumentsTest, TagsComeBackInTheirOrder) {
    const Fields tags{
        {"z", {std::int64_t{1}}}, {"a", {true}}, {"m", {0.5}}, {"b", {std::string("é\"")}}};
    EXPECT_TRUE(isSame(tagsOf(tagsText(tags)), tags));
    EXPECT_TRUE(tagsOf("no JSON").empty());
}

}  // namespace
}  // namespace runnel
