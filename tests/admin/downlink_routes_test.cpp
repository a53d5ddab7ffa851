// SPDX-License-Identifier: Apache-2.0
#include "admin/routes/downlink_routes.h"

#include <gmock/gmock.h>

#include "tests/admin/route_call.h"
#include "tests/downlink/downlink_fakes.h"

namespace runnel::test {
namespace {

using ::testing::HasSubstr;

/// Keeps the fields that come and makes one byte of them; complains if it is told to.
class FieldsDesk final : public DownlinkDesk {
  public:
    explicit FieldsDesk(DownlinkDesk& next) : next_(next) {}
    void submit(const Grant& grant, Downlink downlink, Answer answer) override {
        if (complaint) return answer({downlink.id, downlink.device, complaint});
        if (downlink.fields) {
            fields = std::exchange(downlink.fields, std::nullopt);
            downlink.payload = {1};
            downlink.port = std::max<std::uint8_t>(downlink.port, 50);
        }
        next_.submit(grant, std::move(downlink), std::move(answer));
    }

    std::optional<Error> complaint;
    std::optional<Fields> fields;

  private:
    DownlinkDesk& next_;
};

class DownlinkRoutesTest : public ::testing::Test {
  protected:
    RouteCall post(const std::string& body) const {
        return {.method = "POST",
                .pattern = "/api/v1/applications/{application}/devices/{device}/downlinks",
                .path = {{"application", "70B3D57ED0000001"}, {"device", "0080E1150529E258"}},
                .body = body};
    }
    RouteCall list(net::Query query = {}) const {
        return {.method = "GET",
                .pattern = "/api/v1/applications/{application}/downlinks",
                .path = {{"application", "70B3D57ED0000001"}},
                .query = std::move(query)};
    }
    std::vector<std::string> pointers(const RouteCall& call) {
        try {
            call.answer(routes_);
            return {"accepted"};
        } catch (const admin::Problem& problem) {
            EXPECT_EQ(problem.status(), 422);
            std::vector<std::string> list;
            for (const auto& field : problem.errors()) list.push_back(field.pointer);
            return list;
        }
    }

    DownlinkBench bench_;
    FieldsDesk desk_{bench_.downlinks()};
    admin::Routes routes_ = admin::downlinkRoutes(bench_.downlinks(), desk_);
};

TEST_F(DownlinkRoutesTest, AcceptADownlinkAndListIt) {
    const auto answer = post(R"({"port":7,"data":"0aFF","confirmed":true,"id":"a"})");
    EXPECT_EQ(answer.answer(routes_).status, 202);
    EXPECT_EQ(answer.json(routes_)->getValue<std::string>("id"), "a") << "the same one again";
    const std::string body = list().answer(routes_).body;
    EXPECT_THAT(body, HasSubstr(R"("id":"a","device":"0080E1150529E258","port":7,"confirmed":true,)"
                                R"("stage":"waiting")"));
    EXPECT_EQ(list({{"device", "0080E1150529E259"}}).answer(routes_).body, R"({"items":[]})");
}

TEST_F(DownlinkRoutesTest, RefuseADownlinkWithTheFieldThatIsWrong) {
    using ::testing::ElementsAre;
    using ::testing::UnorderedElementsAre;
    EXPECT_THAT(pointers(post("{}")), UnorderedElementsAre("/port", "/data"));
    EXPECT_THAT(pointers(post(R"({"port":0,"data":"0"})")), UnorderedElementsAre("/port", "/data"));
    EXPECT_THAT(pointers(post(R"({"port":"1","data":"00"})")), ElementsAre("/port"));
    EXPECT_THAT(pointers(post(R"({"port":1,"data":""})")), ElementsAre("/data"));
    EXPECT_THAT(pointers(post(R"({"port":1,"data":"00","expiresAt":"2001-01-01T00:00:00Z"})")),
                ElementsAre("/expiresAt"));
    EXPECT_THAT(pointers(post(R"({"port":1,"data":"00","payload":1})")), ElementsAre("/payload"));
    RouteCall unknown = post(R"({"port":1,"data":"00"})");
    unknown.path["device"] = "0000000000000001";
    EXPECT_EQ(unknown.refusal(routes_), 422);
}

TEST_F(DownlinkRoutesTest, TakeFieldsInsteadOfDataAndPort) {
    const RouteCall call = post(R"({"fields":{"led":true,"times":[1,2.5],"text":"12"},"id":"a"})");
    EXPECT_EQ(call.answer(routes_).status, 202);
    ASSERT_TRUE(desk_.fields);
    EXPECT_TRUE(valueOr(*desk_.fields, "led", false));
    EXPECT_EQ(valueOr<std::string>(*desk_.fields, "text", ""), "12") << "stays a text";
    EXPECT_EQ(std::get<double>(valueOr(*desk_.fields, "times", List{}).at(1).is), 2.5);
    EXPECT_THAT(list().answer(routes_).body, HasSubstr(R"("port":50)"));
    EXPECT_EQ(post(R"({"fields":{},"port":7})").answer(routes_).status, 202);
}

TEST_F(DownlinkRoutesTest, RefuseWrongFieldsWithAPointerIntoThem) {
    using ::testing::ElementsAre;
    EXPECT_THAT(pointers(post(R"({"fields":[1]})")), ElementsAre("/fields"));
    EXPECT_THAT(pointers(post(R"({"fields":{},"data":"00","port":1})")), ElementsAre("/fields"));
    desk_.complaint = Error{"Fields/times[2].at", "must be less"};
    EXPECT_THAT(pointers(post(R"({"fields":{}})")), ElementsAre("/fields/times/2/at"));
    desk_.complaint = Error{"Fields", "led is missing"};
    EXPECT_THAT(pointers(post(R"({"fields":{}})")), ElementsAre("/fields"));
}

TEST_F(DownlinkRoutesTest, PageTheList) {
    for (const char* id : {"a", "b", "c"}) {
        post(R"({"port":1,"data":"00","id":")" + std::string(id) + "\"}").answer(routes_);
    }
    const auto page = list({{"limit", "2"}}).json(routes_);
    const auto rest =
        list({{"limit", "2"}, {"after", page->getValue<std::string>("next")}}).json(routes_);
    EXPECT_EQ(rest->getArray("items")->size(), 1U);
    EXPECT_FALSE(rest->has("next"));
    EXPECT_EQ(list({{"device", "x"}}).refusal(routes_), 400);
}

}  // namespace
}  // namespace runnel::test
