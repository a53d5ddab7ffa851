// SPDX-License-Identifier: Apache-2.0
#include "config/yaml_tree.h"

#include <gmock/gmock.h>

#include <fstream>
#include <random>

#include "tests/support/temporary_directory.h"

namespace runnel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class YamlTreeTest : public ::testing::Test {
  protected:
    std::optional<YamlNode> read(const std::string& content) {
        const auto file = directory_.path() / "x.yaml";
        std::ofstream(file, std::ios::binary) << content;
        complaints_.clear();
        FileCheck check(file, complaints_);
        return readYaml(check);
    }
    /// The text of the only complaint.
    std::string complaint() const {
        return complaints_.size() == 1 ? complaints_[0].text : std::string();
    }

    TemporaryDirectory directory_;
    std::vector<Complaint> complaints_;
};

TEST_F(YamlTreeTest, KeepsPlacesOrderAndSpelling) {
    const auto root = read("b: 0E12\na:\n  - 'x'\n  - null\n");
    ASSERT_TRUE(root);
    ASSERT_EQ(root->keys.size(), 2U);
    EXPECT_EQ(root->keys[0].scalar, "b");
    EXPECT_EQ(root->values[0].scalar, "0E12");
    EXPECT_FALSE(root->values[0].isQuoted);
    const YamlNode& list = root->values[1];
    ASSERT_EQ(list.values.size(), 2U);
    EXPECT_TRUE(list.values[0].isQuoted);
    EXPECT_EQ(list.values[0].line, 3);
    EXPECT_EQ(list.values[0].column, 5);
    EXPECT_EQ(list.values[1].is, YamlNode::Is::Null);
}

TEST_F(YamlTreeTest, RefusesASecondDocument) {
    EXPECT_FALSE(read("a: 1\n---\nb: 2\n"));
    EXPECT_THAT(complaint(), HasSubstr("a second document begins"));
}

TEST_F(YamlTreeTest, RefusesDeepNesting) {
    EXPECT_TRUE(read(std::string(32, '[') + std::string(32, ']')));
    EXPECT_FALSE(read(std::string(33, '[') + std::string(33, ']')));
    EXPECT_THAT(complaint(), HasSubstr("nested deeper than 32 levels"));
    EXPECT_FALSE(read(std::string(100000, '[')));
}

TEST_F(YamlTreeTest, RefusesAFileOverFourMebibytes) {
    EXPECT_FALSE(read("a: " + std::string(4U << 20U, 'x')));
    EXPECT_THAT(complaint(), HasSubstr("is over 4 MiB"));
}

TEST_F(YamlTreeTest, RefusesKeysThatAreNoTexts) {
    EXPECT_FALSE(read("[a]: 1\n"));
    EXPECT_THAT(complaint(), HasSubstr("a key that is not a text"));
    EXPECT_FALSE(read("~: 1\n"));
}

TEST_F(YamlTreeTest, RefusesADirectory) {
    FileCheck check(directory_.path(), complaints_);
    EXPECT_FALSE(readYaml(check));
    EXPECT_EQ(complaint(), "is not a regular file; expected a file");
}

TEST_F(YamlTreeTest, SurvivesDamage) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const std::string good =
        "name: a\nlist:\n  - {x: 'y', \"z\": [1, 2]}\n  - &b |\n   text\n# c\nk: >-\n  folded\n";
    const std::string marks = "{}[]:,-#&*!|>'\"%@`\n \t\\?~";
    for (int round = 0; round < 2000; ++round) {
        std::string content = good;
        for (int i = 0; i < 3; ++i) {
            content[random() % content.size()] =
                random() % 4 != 0 ? marks[random() % marks.size()] : static_cast<char>(random());
        }
        const bool isRead = read(content).has_value();
        ASSERT_EQ(isRead, complaints_.empty()) << content;
    }
}

TEST(FoundTest, ShortensAndCleansWhatWasFound) {
    YamlNode node;
    EXPECT_EQ(found(node), "nothing");
    node.is = YamlNode::Is::Scalar;
    node.scalar = "a\nb";
    EXPECT_EQ(found(node), "'a b'");
    node.scalar = std::string(100, 'x');
    EXPECT_EQ(found(node), "'" + std::string(40, 'x') + "…'");
}

}  // namespace
}  // namespace runnel
