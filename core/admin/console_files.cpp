// SPDX-License-Identifier: Apache-2.0
#include "admin/console_files.h"

#include <array>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "admin/etag.h"
#include "admin/problem.h"

namespace runnel::admin {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t kMaxFileBytes = std::uintmax_t{4} << 20U;
constexpr std::size_t kMaxFiles = 100;
constexpr std::string_view kPage = "index.html";

/// Only what this broker serves is loaded, run or asked; nobody may show the page in a frame.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

struct File {
    std::string contentType;
    std::string bytes;
    std::string packed;  ///< compressed with gzip; "" = is not there
    bool isLasting;      ///< its name changes with its content
};

/// "": no file of a console ends like this, and it is not served.
std::string_view contentTypeOf(const fs::path& name) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kTypes{
        {{".html", "text/html; charset=utf-8"},
         {".js", "text/javascript; charset=utf-8"},
         {".css", "text/css; charset=utf-8"},
         {".svg", "image/svg+xml"}}};
    for (const auto& [ending, type] : kTypes) {
        if (name.extension() == ending) return type;
    }
    return {};
}

std::string readAll(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// A name such as main-5NDOWMFA.js is made by the console's build, from the content.
bool isNamedByContent(const fs::path& name) {
    const std::string stem = name.stem().string();
    const std::size_t dash = stem.rfind('-');
    return dash != std::string::npos && stem.size() - dash == sizeof "-5NDOWMFA" - 1;
}

std::shared_ptr<const File> read(const fs::path& path) {
    return std::make_shared<const File>(File{std::string(contentTypeOf(path)), readAll(path),
                                             readAll(path.string() + ".gz"),
                                             isNamedByContent(path)});
}

bool takesGzip(const ApiRequest& request) {
    return request.header("Accept-Encoding").find("gzip") != std::string_view::npos;
}

ApiAnswer serve(const File& file, const ApiRequest& request) {
    const bool isPacked = !file.packed.empty() && takesGzip(request);
    ApiAnswer answer = document(request, isPacked ? file.packed : file.bytes);
    answer.contentType = file.contentType;
    if (isPacked) answer.headers.emplace_back("Content-Encoding", "gzip");
    answer.headers.emplace_back("Vary", "Accept-Encoding");
    answer.headers.emplace_back(
        "Cache-Control", file.isLasting ? "public, max-age=31536000, immutable" : "no-cache");
    answer.headers.emplace_back("Content-Security-Policy", kPolicy);
    answer.headers.emplace_back("Referrer-Policy", "no-referrer");
    return answer;
}

Route routeOf(std::string pattern, const std::shared_ptr<const File>& file) {
    return {"GET", std::move(pattern), Need::Nothing, {}, [file](const ApiRequest& request) {
                return serve(*file, request);
            }};
}

Routes absent(const fs::path& directory, Log& log) {
    const std::string text = "there is no web console: " + (directory / kPage).string() +
                             " is not there; admin.console in runnel.yaml says where its files are";
    log.write(Level::Info, "admin", text);
    return {{"GET", "/", Need::Nothing, {}, [text](const ApiRequest&) -> ApiAnswer {
                 throw Problem(404, text + ". The API is at /api/v1/openapi.json");
             }}};
}

/// Names are parts of addresses as they are, and of patterns of routes.
bool isPlain(std::string_view name) {
    return name.find_first_not_of(
               "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
           std::string_view::npos;
}

bool isServed(const fs::path& path) {
    std::error_code error;
    return isPlain(path.filename().string()) && !contentTypeOf(path).empty() &&
           fs::is_regular_file(path, error) && fs::file_size(path, error) <= kMaxFileBytes &&
           !error;
}

}  // namespace

Routes consoleRoutes(const fs::path& directory, Log& log) {
    if (directory.empty()) return {};
    std::error_code error;
    if (!fs::is_regular_file(directory / kPage, error)) return absent(directory, log);
    Routes routes;
    for (fs::directory_iterator at(directory, error), end; !error && at != end;
         at.increment(error)) {
        if (!isServed(at->path()) || routes.size() == kMaxFiles) continue;
        const std::string name = at->path().filename().string();
        routes.push_back(routeOf(name == kPage ? "/" : "/" + name, read(at->path())));
    }
    return routes;
}

}  // namespace runnel::admin
