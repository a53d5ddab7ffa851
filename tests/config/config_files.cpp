// SPDX-License-Identifier: Apache-2.0
#include "tests/config/config_files.h"

#include <fstream>

#include "tests/support/fake_plugins.h"

namespace runnel {
namespace {

constexpr const char* kGoodMain = R"(data: data
plugins: [plugins]
applications: applications
templates: templates
)";

}  // namespace

ConfigFiles::ConfigFiles() {
    std::filesystem::create_directories(path() / "applications");
    std::filesystem::create_directories(path() / "templates");
    write("runnel.yaml", kGoodMain);
}

void ConfigFiles::write(const std::string& name, const std::string& content) const {
    std::filesystem::create_directories((path() / name).parent_path());
    std::ofstream(path() / name, std::ios::binary) << content;
}

void ConfigFiles::appendToMain(const std::string& lines) const {
    write("runnel.yaml", kGoodMain + lines);
}

ReadResult ConfigFiles::read() const {
    return readAll(path() / "runnel.yaml", fakePlugins());
}

std::vector<std::string> ConfigFiles::complaints() const {
    std::vector<std::string> lines;
    const std::string prefix = path().string() + "/";
    for (const Complaint& complaint : read().complaints) {
        std::string line = text(complaint);
        for (std::size_t at = line.find(prefix); at != std::string::npos; at = line.find(prefix)) {
            line.erase(at, prefix.size());
        }
        lines.push_back(std::move(line));
    }
    return lines;
}

}  // namespace runnel
