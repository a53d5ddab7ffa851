// SPDX-License-Identifier: Apache-2.0
#include "admin/audited.h"

#include "tests/admin/account_fixture.h"

namespace runnel::admin {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using Outcome = AuditEntry::Outcome;

class AuditedTest : public ::testing::Test, protected test::AccountFixture {
  protected:
    /// Calls a route of that kind whose handler is `handler`.
    int callOne(const std::string& method, Need need, Handler handler) {
        const Routes routes = audited({{.method = method,
                                        .pattern = "/api/v1/things/{thing}/parts/{part}",
                                        .need = need,
                                        .query = {},
                                        .handler = std::move(handler)}},
                                      audit);
        ApiRequest request;
        request.method = method;
        request.who = users.find("anna")->principal();
        request.address = "192.0.2.1";
        return test::call(routes, "/api/v1/things/t 1/parts/2", request).status;
    }
    static Handler throwing(int status) {
        return [status](const ApiRequest&) -> ApiAnswer { throw Problem(status, "because"); };
    }
    static ApiAnswer fine(const ApiRequest&) { return {.status = 204}; }
};

TEST_F(AuditedTest, WritesWhoChangedWhat) {
    EXPECT_EQ(callOne("DELETE", Need::Admin, fine), 204);
    const auto entries = audit.list({});
    ASSERT_THAT(entries, SizeIs(1));
    EXPECT_EQ(entries.front().who, "user anna");
    EXPECT_EQ(entries.front().address, "192.0.2.1");
    EXPECT_EQ(entries.front().action, "DELETE");
    EXPECT_EQ(entries.front().object, "/api/v1/things/t 1/parts/2");
    EXPECT_EQ(entries.front().outcome, Outcome::Done);
}

TEST_F(AuditedTest, WritesEuisInOneForm) {
    const Routes routes = audited({{.method = "PUT",
                                    .pattern = "/applications/{application}/streams/{stream}",
                                    .need = Need::Admin,
                                    .query = {},
                                    .handler = fine}},
                                  audit);
    ApiRequest request;
    request.method = "PUT";
    EXPECT_EQ(
        test::call(routes, "/applications/70-b3-d5-7e-d0-00-00-01/streams/ab", request).status,
        204);
    EXPECT_EQ(audit.list({}).front().object, "/applications/70B3D57ED0000001/streams/ab");
}

TEST_F(AuditedTest, WritesWhatFailed) {
    EXPECT_EQ(callOne("PUT", Need::Login, throwing(503)), 503);
    const auto entries = audit.list({});
    ASSERT_THAT(entries, SizeIs(1));
    EXPECT_EQ(entries[0].outcome, Outcome::Failed);
}

TEST_F(AuditedTest, NotesWhatTheDispatchHasForbiddenAndNothingElse) {
    Route route;
    route.pattern = "/users/{user}";
    ApiRequest request;
    request.who.name = "user anna";
    request.method = "DELETE";
    request.path = {{"user", "admin"}};
    for (const int status : {204, 404, 403, 500}) noteForbidden(route, request, status, audit);
    const auto entries = audit.list({});
    ASSERT_THAT(entries, SizeIs(1));
    EXPECT_EQ(entries[0].outcome, Outcome::Refused);
    EXPECT_EQ(entries[0].who, "user anna");
    EXPECT_EQ(entries[0].object, "/users/admin");
}

TEST_F(AuditedTest, WritesAnythingElseThatIsThrownAndLetsItPass) {
    const Handler handler = [](const ApiRequest&) -> ApiAnswer {
        throw RegistryError("secret path");
    };
    EXPECT_THROW(callOne("PUT", Need::Login, handler), RegistryError);
    ASSERT_THAT(audit.list({}), SizeIs(1));
    EXPECT_EQ(audit.list({}).front().outcome, Outcome::Failed);
    EXPECT_EQ(audit.list({}).front().detail, "the broker's log says more");
}

TEST_F(AuditedTest, DoesNotWriteReadsNorMistakesNorStrangers) {
    EXPECT_EQ(callOne("GET", Need::Admin, fine), 204);
    for (const int status : {400, 403, 404, 409, 412, 422, 429}) {
        EXPECT_EQ(callOne("PUT", Need::Admin, throwing(status)), status);
    }
    EXPECT_EQ(callOne("POST", Need::Nothing, fine), 204);
    EXPECT_THAT(audit.list({}), IsEmpty());
}

TEST_F(AuditedTest, AnswersAllTheSameWhenTheEntryCannotBeWritten) {
    refuseChanges();
    EXPECT_EQ(callOne("DELETE", Need::Admin, fine), 204);
    EXPECT_THAT(log.lines(), SizeIs(1));
}

}  // namespace
}  // namespace runnel::admin
