// SPDX-License-Identifier: Apache-2.0
#include "template/stream_transform.h"

#include <gmock/gmock.h>

#include "tests/support/template_bench.h"

namespace runnel::test {
namespace {

constexpr Eui kNamed{0xD1}, kPlain{0xD2}, kApplication{0xA1};

class StreamTransformTest : public ::testing::Test {
  protected:
    StreamTransformTest() {
        ApplicationSpec application;
        application.eui = kApplication;
        application.deviceTemplate = "of-application";
        bench_.configure({TemplateBench::spec("of-stream"), TemplateBench::spec("of-device"),
                          TemplateBench::spec("of-application")},
                         {application});
        DeviceSpec device;
        device.eui = kNamed;
        device.deviceTemplate = "of-device";
        bench_.devices.add(kApplication, device);
    }
    std::string titleFor(const StreamTransform& transform, Eui device,
                         std::optional<Eui> application = kApplication) {
        const auto use = transform.templateFor(device, application);
        return use ? use->title() : "none";
    }
    /// With a text of its own in the stream's format.
    void configureText(const std::string& text) {
        TemplateSpec spec = TemplateBench::spec("texted");
        spec.format = "fields";
        spec.formatOptions = {{"text", {text}}};
        bench_.configure({spec});
    }

    TemplateBench bench_;
};

TEST_F(StreamTransformTest, TheStreamsTemplateGoesBeforeTheDevicesAndThatBeforeTheApplications) {
    const auto own = bench_.transform("of-stream");
    const auto plain = bench_.transform();
    EXPECT_EQ(titleFor(*own, kNamed), "of-stream@1");
    EXPECT_EQ(titleFor(*plain, kNamed), "of-device@1");
    EXPECT_EQ(titleFor(*plain, kPlain), "of-application@1");
    EXPECT_EQ(titleFor(*plain, kPlain, Eui{1}), "none");
    EXPECT_EQ(titleFor(*plain, kPlain, std::nullopt), "none");
}

TEST_F(StreamTransformTest, WhatAnApplicationSendsIsReadByTheFormatOfTheTemplateThatIsKnownByThen) {
    configureText("ours");
    const auto own = bench_.transform("texted");
    const auto plain = bench_.transform();
    const FormatUse* ours = own->show(TemplateBench::uplink({1})).format;
    ASSERT_NE(ours, bench_.base);
    EXPECT_EQ(&own->reading(std::nullopt, std::nullopt), ours);
    EXPECT_EQ(&plain->reading(kPlain, std::nullopt), bench_.base);
    DeviceSpec device;
    device.eui = kNamed;
    device.deviceTemplate = "texted";
    bench_.devices.add(kApplication, device);
    EXPECT_EQ(&plain->reading(kNamed, kApplication), ours);
    EXPECT_EQ(&plain->reading(std::nullopt, kApplication), bench_.base) << "it may be any device";
}

TEST_F(StreamTransformTest, WithoutATemplateTheMessageIsShownAsItIs) {
    const auto showing = bench_.transform()->show(TemplateBench::uplink({1}, kPlain, Eui{0xA9}));
    EXPECT_EQ(showing.format, bench_.base);
    EXPECT_EQ(showing.decoding, nullptr);
}

TEST_F(StreamTransformTest, OnlyUplinksWithAPayloadAreDecoded) {
    const auto transform = bench_.transform();
    EXPECT_NE(transform->show(TemplateBench::uplink({1})).decoding, nullptr);
    auto join = TemplateBench::uplink({1});
    join->kind = Kind::Join;
    EXPECT_EQ(transform->show(join).decoding, nullptr);
    auto empty = TemplateBench::uplink({});
    EXPECT_NE(transform->show(empty).decoding, nullptr) << "a frame without bytes has a port";
    empty->port = 0;
    EXPECT_EQ(transform->show(empty).decoding, nullptr);
}

TEST_F(StreamTransformTest, ATemplateWithoutCodecDecodesNothing) {
    TemplateSpec spec = TemplateBench::spec("of-device");
    spec.codec.clear();
    bench_.configure({spec});
    EXPECT_EQ(bench_.transform()->show(TemplateBench::uplink({1})).decoding, nullptr);
}

TEST_F(StreamTransformTest, ATemplatesTextMakesAFormatObjectThatItsStreamsShare) {
    configureText("own");
    const auto one = bench_.transform("texted");
    const auto message = TemplateBench::uplink({1});
    const FormatUse* format = one->show(message).format;
    EXPECT_NE(format, bench_.base);
    EXPECT_EQ(one->show(message).format, format);
    EXPECT_EQ(bench_.transform("texted")->show(message).format, format);
    EXPECT_EQ(*format->format->encode(EncodeInput{.message = *message}), "own -");
}

TEST_F(StreamTransformTest, ANewTextIsAnotherObject) {
    configureText("old");
    const auto transform = bench_.transform("texted");
    const auto message = TemplateBench::uplink({1});
    const FormatUse* before = transform->show(message).format;
    configureText("new");
    const FormatUse* after = transform->show(message).format;
    EXPECT_NE(before, after);
    EXPECT_EQ(*after->format->encode(EncodeInput{.message = *message}), "new -");
}

TEST_F(StreamTransformTest, ShowsTheTagsOfADeviceWithOrWithoutATemplate) {
    DeviceSpec device;
    device.eui = kPlain;
    device.tags = {{"site", {std::string("harbour")}}};
    bench_.devices.add(kApplication, device);
    const auto transform = bench_.transform();
    for (const Eui application : {kApplication, Eui{0xA9}}) {
        const auto showing = transform->show(TemplateBench::uplink({1}, kPlain, application));
        ASSERT_NE(showing.tags, nullptr);
        EXPECT_EQ(valueOr<std::string>(*showing.tags, "site", ""), "harbour");
    }
    EXPECT_EQ(transform->show(TemplateBench::uplink({1}, kNamed)).tags, nullptr);
    bench_.devices.remove(kPlain);
    EXPECT_EQ(transform->show(TemplateBench::uplink({1}, kPlain)).tags, nullptr);
}

TEST_F(StreamTransformTest, AStreamWithoutFieldsLooksAtDevicesOnlyForATemplatesText) {
    const Fields options{{"text", {std::string("quiet")}}};
    const FormatUse* quiet = *bench_.formats.get(*bench_.plugins.find(PluginKind::Format, "fields"),
                                                 bench_.codec, options);
    const auto transform = bench_.transform("", options, *quiet);
    DeviceSpec device;
    device.eui = kNamed;
    device.deviceTemplate = "texted";
    device.tags = {{"site", {std::string("harbour")}}};
    bench_.devices.add(kApplication, device);
    const auto before = transform->show(TemplateBench::uplink({1}));
    EXPECT_EQ(before.format, quiet);
    EXPECT_EQ(before.tags, nullptr);
    EXPECT_EQ(before.decoding, nullptr);
    configureText("own");
    EXPECT_NE(transform->show(TemplateBench::uplink({1})).format, quiet);
}

TEST_F(StreamTransformTest, WhoHasShownByAVersionDoesNotKeepItsProgram) {
    configureText("old");
    const auto transform = bench_.transform("texted");
    transform->show(TemplateBench::uplink({1}));
    configureText("new");
    EXPECT_EQ(bench_.codec.programs(), 1U);
}

TEST_F(StreamTransformTest, TheTextOfAnotherFormatIsNoneOfItsBusiness) {
    TemplateSpec spec = TemplateBench::spec("texted");
    spec.formatOptions = {{"uplink", {std::string("{{Port}}")}}};  // of format_template
    bench_.configure({spec});
    EXPECT_EQ(bench_.transform("texted")->show(TemplateBench::uplink({1})).format, bench_.base);
}

}  // namespace
}  // namespace runnel::test
