// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <fstream>

#include "config/read_config.h"
#include "tests/support/fake_plugins.h"
#include "tests/support/temporary_directory.h"

namespace runnel {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

std::vector<std::string> complaintsAbout(const fs::path& directory) {
    std::vector<std::string> lines;
    for (const Complaint& complaint :
         readAll(directory / "runnel.yaml", fakePlugins()).complaints) {
        lines.push_back(text(complaint));
    }
    return lines;
}

/// The file with its examples instead of the empty lists that stand for them.
std::string withExamples(const fs::path& file) {
    std::ifstream stream(file);
    std::string result;
    for (std::string line; std::getline(stream, line);) {
        const bool isProse =
            line == "#" || (line.size() > 2 && line[0] == '#' && line[1] == ' ' && line[2] != ' ');
        if (isProse || line == "networks: []" || line == "devices: []") continue;
        if (!line.empty() && line[0] == '#') line.erase(0, 1);
        result += line + "\n";
    }
    return result;
}

TEST(EtcTest, ShippedFilesAreGood) {
    const Config config = readAll(fs::path(ETC_DIRECTORY) / "runnel.yaml", fakePlugins()).config;
    EXPECT_THAT(complaintsAbout(ETC_DIRECTORY), IsEmpty());
    EXPECT_EQ(config.data, "/var/lib/runnel");
    ASSERT_EQ(config.applicationSpecs.size(), 1U);
    EXPECT_EQ(config.applicationSpecs[0].streams.size(), 1U);
}

TEST(EtcTest, TheirExamplesAreGoodToo) {
    const TemporaryDirectory temporary;
    fs::copy(ETC_DIRECTORY, temporary.path(), fs::copy_options::recursive);
    for (const char* name : {"runnel.yaml", "applications/70B3D57ED0000001.yaml"}) {
        std::string content = withExamples(fs::path(ETC_DIRECTORY) / name);
        const std::size_t tls = content.find("tls: {");
        if (tls != std::string::npos) content.erase(tls, content.find('\n', tls) - tls);
        std::ofstream(temporary.path() / name) << content;
    }
    EXPECT_THAT(complaintsAbout(temporary.path()), IsEmpty());
    const Config config = readAll(temporary.path() / "runnel.yaml", fakePlugins()).config;
    EXPECT_EQ(config.networks.size(), 4U);
    ASSERT_EQ(config.applicationSpecs.size(), 1U);
    EXPECT_EQ(config.applicationSpecs[0].devices.size(), 2U);
    EXPECT_EQ(config.applicationSpecs[0].streams.size(), 3U);
}

}  // namespace
}  // namespace runnel
