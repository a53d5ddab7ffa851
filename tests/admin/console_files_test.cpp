// SPDX-License-Identifier: Apache-2.0
#include "admin/console_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "admin/problem.h"
#include "tests/support/recording_log.h"
#include "tests/support/temporary_directory.h"

namespace runnel::admin {
namespace {

class ConsoleFilesTest : public testing::Test {
  protected:
    void write(const std::string& name, const std::string& content) {
        std::ofstream(directory_.path() / name, std::ios::binary) << content;
    }
    Routes routes() { return consoleRoutes(directory_.path(), log_); }
    std::set<std::string> patterns() {
        std::set<std::string> patterns;
        for (const Route& route : routes()) patterns.insert(route.pattern);
        return patterns;
    }
    ApiAnswer get(const std::string& pattern, net::HttpHeaders headers = {}) {
        for (const Route& route : routes()) {
            if (route.pattern != pattern) continue;
            ApiRequest request;
            request.method = "GET";
            request.headers = std::move(headers);
            return route.handler(request);
        }
        throw std::runtime_error("no route " + pattern);
    }
    static std::string header(const ApiAnswer& answer, std::string_view name) {
        const auto found = std::find_if(answer.headers.begin(), answer.headers.end(),
                                        [&](const auto& each) { return each.first == name; });
        return found == answer.headers.end() ? "" : found->second;
    }

    TemporaryDirectory directory_;
    RecordingLog log_;
};

TEST_F(ConsoleFilesTest, ThePageIsAtTheRootAndTheOthersAtTheirNames) {
    write("index.html", "<p>");
    write("main-5NDOWMFA.js", "1");
    write("main-5NDOWMFA.js.gz", "2");
    write("icon.svg", "<svg>");
    EXPECT_EQ(patterns(), (std::set<std::string>{"/", "/main-5NDOWMFA.js", "/icon.svg"}));
    EXPECT_EQ(get("/").body, "<p>");
    EXPECT_EQ(get("/").contentType, "text/html; charset=utf-8");
    EXPECT_EQ(get("/icon.svg").contentType, "image/svg+xml");
}

TEST_F(ConsoleFilesTest, OtherFilesStayInTheirDirectory) {
    write("index.html", "<p>");
    write("metrics", "no route of the API is hidden");
    write("{a}.js", "no pattern");
    write("key.pem", "secret");
    std::filesystem::create_directory(directory_.path() / "folder.js");
    EXPECT_EQ(patterns(), std::set<std::string>{"/"});
}

TEST_F(ConsoleFilesTest, WhoTakesGzipGetsTheCompressedFile) {
    write("index.html", "<p>");
    write("index.html.gz", "packed");
    write("icon.svg", "<svg>");
    const ApiAnswer packed = get("/", {{"Accept-Encoding", "br, gzip"}});
    EXPECT_EQ(packed.body, "packed");
    EXPECT_EQ(header(packed, "Content-Encoding"), "gzip");
    EXPECT_EQ(header(packed, "Vary"), "Accept-Encoding");
    const ApiAnswer plain = get("/", {{"Accept-Encoding", "identity"}});
    EXPECT_EQ(plain.body, "<p>");
    EXPECT_EQ(header(plain, "Content-Encoding"), "");
    EXPECT_NE(header(plain, "ETag"), header(packed, "ETag"));
    EXPECT_EQ(get("/icon.svg", {{"Accept-Encoding", "gzip"}}).body, "<svg>");
}

TEST_F(ConsoleFilesTest, OnlyFilesNamedByTheirContentAreKeptForGood) {
    write("index.html", "<p>");
    write("main-5NDOWMFA.css", "a{}");
    EXPECT_EQ(header(get("/"), "Cache-Control"), "no-cache");
    EXPECT_EQ(header(get("/main-5NDOWMFA.css"), "Cache-Control"),
              "public, max-age=31536000, immutable");
    const std::string tag = header(get("/"), "ETag");
    EXPECT_EQ(get("/", {{"If-None-Match", tag}}).status, 304);
}

TEST_F(ConsoleFilesTest, ABrowserIsToldToBeStrict) {
    write("index.html", "<p>");
    const ApiAnswer answer = get("/");
    const std::string policy = header(answer, "Content-Security-Policy");
    EXPECT_EQ(policy.find("default-src 'none'"), 0U);
    EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos);
    EXPECT_EQ(policy.find("unsafe"), std::string::npos);
    EXPECT_EQ(policy.find("http"), std::string::npos);
    EXPECT_EQ(header(answer, "Referrer-Policy"), "no-referrer");
}

TEST_F(ConsoleFilesTest, WithoutFilesItSaysSoAndWhereTheyShouldBe) {
    try {
        get("/");
        FAIL() << "there is no page";
    } catch (const Problem& problem) {
        EXPECT_EQ(problem.status(), 404);
        const std::string text = problem.what();
        EXPECT_NE(text.find((directory_.path() / "index.html").string()), std::string::npos);
        EXPECT_NE(text.find("admin.console"), std::string::npos);
    }
    EXPECT_EQ(log_.lines().size(), 1U);
}

TEST_F(ConsoleFilesTest, AnEmptyPathIsNoConsole) {
    EXPECT_TRUE(consoleRoutes({}, log_).empty());
    EXPECT_TRUE(log_.lines().empty());
}

}  // namespace
}  // namespace runnel::admin
