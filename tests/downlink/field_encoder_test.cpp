// SPDX-License-Identifier: Apache-2.0
#include "downlink/field_encoder.h"

#include <gmock/gmock.h>

#include <thread>

#include "tests/downlink/downlink_fakes.h"
#include "tests/support/template_bench.h"

namespace runnel::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Keeps what comes in and answers it at once, in the field's words if there is a complaint.
class RecordingDesk final : public DownlinkDesk {
  public:
    void submit(const Grant&, Downlink downlink, Answer answer) override {
        Receipt receipt{.id = downlink.id, .device = downlink.device, .rejected = complaint};
        came_.lock()->push_back(std::move(downlink));
        answer(std::move(receipt));
    }
    std::vector<Downlink> came() { return *came_.lock(); }
    std::vector<std::string> ids() {
        std::vector<std::string> ids;
        for (const Downlink& one : came()) ids.push_back(one.id);
        return ids;
    }

    std::optional<Error> complaint;

  private:
    Guarded<std::vector<Downlink>> came_;
};

class FieldEncoderTest : public ::testing::Test {
  protected:
    FieldEncoderTest() {
        name("of-device");
        configure();
    }
    ~FieldEncoderTest() override { bench_.templates.stop(); }

    /// The templates "of-stream" (port 9) and "of-device".
    void configure() {
        TemplateSpec ofStream = TemplateBench::spec("of-stream");
        ofStream.codecOptions = {{"port", {std::int64_t{9}}}};
        bench_.configure({ofStream, TemplateBench::spec("of-device")});
    }
    /// What the device names from now on.
    void name(const std::string& reference) {
        DeviceSpec device;
        device.eui = kDevice;
        device.deviceTemplate = reference;
        bench_.devices.add(kApplication, device);
    }
    /// The device's template has this port, and it is the newest.
    void configurePort(std::int64_t port) {
        TemplateSpec spec = TemplateBench::spec("of-device", 2);
        spec.codecOptions = {{"port", {port}}};
        bench_.configure({spec});
    }
    static Downlink wanting(std::int64_t value, std::string id = {}, Eui device = kDevice) {
        Downlink downlink;
        downlink.id = std::move(id);
        downlink.device = device;
        downlink.port = 0;
        downlink.fields = Fields{{"value", {value}}};
        return downlink;
    }
    static Downlink plain(std::string id) { return DownlinkBench::downlink(1, std::move(id)); }

    /// Receipts are kept: "id", or "id! Field: reason".
    void submit(const Downlink& downlink, const Grant& grant = DownlinkBench::grant()) {
        encoder_.submit(grant, downlink, [this](const Receipt& receipt) {
            std::string line = receipt.id;
            if (receipt.rejected) {
                line += "! " + receipt.rejected->field + ": " + receipt.rejected->reason;
            }
            receipts_.lock()->push_back(line);
        });
    }
    std::vector<std::string> receipts() { return *receipts_.lock(); }

    TemplateBench bench_;
    ManualClock clock_;
    RecordingLog log_;
    RecordingDesk next_;
    std::string ofStream_;  ///< the template that streams name
    FieldEncoder encoder_{{.templates = bench_.templates,
                           .devices = bench_.devices,
                           .clock = clock_,
                           .log = log_,
                           .next = next_,
                           .templateOf = [this](const StreamConfig&) { return ofStream_; }}};
    Guarded<std::vector<std::string>> receipts_;
};

TEST_F(FieldEncoderTest, HandsOnWhatHasNoFieldsAsItIs) {
    submit(DownlinkBench::downlink(7, "a"));
    EXPECT_THAT(receipts(), ElementsAre("a"));
    ASSERT_THAT(next_.came(), SizeIs(1));
    EXPECT_EQ(next_.came()[0].payload, Bytes{7});
    EXPECT_EQ(next_.came()[0].port, 1);
    EXPECT_THAT(bench_.codec.jobs(), IsEmpty());
}

TEST_F(FieldEncoderTest, MakesPayloadAndPortOfFields) {
    submit(wanting(42, "a"));
    EXPECT_THAT(receipts(), ElementsAre("a"));
    ASSERT_THAT(next_.came(), SizeIs(1));
    const Downlink came = next_.came()[0];
    EXPECT_EQ(came.payload, Bytes{42});
    EXPECT_EQ(came.port, 5);
    EXPECT_FALSE(came.fields);
    const CodecJob job = bench_.codec.jobs().at(0);
    EXPECT_EQ(job.device, kDevice);
    EXPECT_EQ(job.port, 0) << "the sender has named none";
    EXPECT_EQ(job.time, clock_.now());
}

TEST_F(FieldEncoderTest, TheStreamsTemplateGoesBeforeTheDevices) {
    ofStream_ = "of-stream";
    submit(wanting(42));
    EXPECT_EQ(next_.came().at(0).port, 9);
}

TEST_F(FieldEncoderTest, TheSendersPortIsToldAndStaysIfTheCodecNamesNone) {
    configurePort(0);
    Downlink downlink = wanting(42);
    downlink.port = 77;
    submit(downlink);
    EXPECT_EQ(bench_.codec.jobs().at(0).port, 77);
    EXPECT_EQ(next_.came().at(0).port, 77);
    submit(wanting(42, "b"));
    EXPECT_EQ(receipts().back(), "b! Port: is missing, and template of-device@2 gives none");
}

TEST_F(FieldEncoderTest, SaysWhyThereIsNoCodec) {
    name("");
    submit(wanting(1));
    EXPECT_THAT(receipts().back(), HasSubstr("! Fields: cannot be encoded: neither the stream"));
    name("nowhere");
    submit(wanting(1));
    EXPECT_THAT(receipts().back(), HasSubstr("there is no device template 'nowhere'"));
    TemplateSpec text = TemplateBench::spec("text");
    text.codec.clear();
    TemplateSpec gone = TemplateBench::spec("gone");
    gone.codec = "gone";
    bench_.configure({text, gone});
    name("text");
    submit(wanting(1));
    EXPECT_EQ(receipts().back(),
              "! Fields: cannot be encoded: template text@1 has no codec; send Data");
    name("gone");
    submit(wanting(1));
    EXPECT_THAT(receipts().back(), HasSubstr("template gone@1: codec: there is no codec plugin"));
    EXPECT_THAT(next_.came(), IsEmpty());
}

TEST_F(FieldEncoderTest, ACodecsErrorNamesTheFieldIfTheSenderGaveIt) {
    submit(wanting(256, "a"));
    Downlink other = wanting(1, "b");
    other.fields = Fields{{"colour", {std::string("red")}}};
    submit(other);
    bench_.codec.setError(Error{"value[2].x", "must be less"});
    submit(wanting(1, "c"));
    bench_.codec.setError(Error{"", "must have at least one field"});
    submit(wanting(1, "d"));
    EXPECT_THAT(receipts(), ElementsAre("a! Fields/value: must be a whole number from 0 to 255",
                                        "b! Fields: value must be a whole number from 0 to 255",
                                        "c! Fields/value[2].x: must be less",
                                        "d! Fields: must have at least one field"));
    EXPECT_THAT(next_.came(), IsEmpty());
}

TEST_F(FieldEncoderTest, ACodecThatThrowsOrStopsIsARefusal) {
    bench_.codec.setThrow("boom");
    submit(wanting(1));
    EXPECT_THAT(receipts().back(), HasSubstr("! Fields: plugin codec_fake failed: boom"));
    bench_.codec.setThrow("");
    bench_.codec.hold();
    submit(wanting(1));
    bench_.templates.stop();
    submit(wanting(1));
    ASSERT_THAT(receipts(), SizeIs(3));
    EXPECT_EQ(receipts()[1], "! Fields: codec_fake has been stopped");
    EXPECT_EQ(receipts()[2], "! Fields: codec_fake has been stopped");
}

TEST_F(FieldEncoderTest, WhoMayNotSendLearnsNothingOfTemplates) {
    Grant mute = DownlinkBench::grant();
    mute.maySend = false;
    submit(wanting(256), mute);
    EXPECT_EQ(receipts().back(), "! : this token may not send downlinks");
    submit(wanting(256), DownlinkBench::grantFor(Eui{3}));
    EXPECT_THAT(receipts().back(), HasSubstr("! DeviceEUI: must be this stream's device"));
    submit(wanting(256), apiGrant(Eui{1}));
    EXPECT_THAT(receipts().back(), HasSubstr("is no device of this stream's application"));
    EXPECT_THAT(bench_.codec.jobs(), IsEmpty());
}

TEST_F(FieldEncoderTest, RefusesDataBesideFields) {
    Downlink both = wanting(1, "a");
    both.payload = {1};
    submit(both);
    EXPECT_THAT(receipts(), ElementsAre("a! Fields: must not be there with Data"));
}

TEST_F(FieldEncoderTest, WhatIsWrongWithTheBytesIsSaidOfTheFields) {
    next_.complaint = Error{"Data", "must be 1 to 51 bytes in EU868, found 60"};
    submit(wanting(1, "a"));
    submit(plain("b"));
    EXPECT_THAT(receipts(),
                ElementsAre("a! Fields: as bytes (by template of-device@1) must be 1 to 51 bytes "
                            "in EU868, found 60",
                            "b! Data: must be 1 to 51 bytes in EU868, found 60"));
}

TEST_F(FieldEncoderTest, KeepsTheOrderOfOneStreamToOneDevice) {
    bench_.codec.hold();
    submit(wanting(1, "a"));
    submit(plain("b"));
    submit(wanting(2, "c"));
    submit(plain("d"));
    bench_.codec.release(1);
    EXPECT_THAT(receipts(), IsEmpty()) << "the first one is not there";
    bench_.codec.release();
    EXPECT_THAT(next_.ids(), ElementsAre("a", "b", "c", "d"));
    EXPECT_THAT(receipts(), ElementsAre("a", "b", "c", "d"));
    submit(plain("e"));
    EXPECT_THAT(next_.ids(), SizeIs(5)) << "nothing is left in its way";
}

TEST_F(FieldEncoderTest, AWaitingOneHoldsUpNoOtherDevice) {
    bench_.codec.hold();
    submit(wanting(1, "a"));
    Downlink other = plain("b");
    other.device = Eui{9};
    submit(other);
    EXPECT_THAT(next_.ids(), ElementsAre("b"));
    bench_.codec.release();
}

TEST_F(FieldEncoderTest, ARefusedOneLetsTheNextPass) {
    bench_.codec.hold();
    submit(wanting(256, "a"));
    submit(plain("b"));
    bench_.codec.release();
    EXPECT_THAT(receipts(), ElementsAre(HasSubstr("a! Fields/value"), "b"));
}

TEST_F(FieldEncoderTest, AnAnswerMaySubmitTheNextOne) {
    encoder_.submit(DownlinkBench::grant(), wanting(1, "a"), [&](const Receipt&) {
        submit(plain("b"));
        submit(wanting(2, "c"));
    });
    EXPECT_THAT(next_.ids(), ElementsAre("a", "b", "c"));
}

TEST_F(FieldEncoderTest, SaysThatTooManyWait) {
    bench_.codec.hold();
    for (std::size_t i = 0; i < FieldEncoder::kMaxWaiting; ++i) submit(wanting(1));
    submit(wanting(1, "late"));
    EXPECT_THAT(receipts(), ElementsAre(HasSubstr("late! : too many downlinks wait for codecs")));
    bench_.codec.release();
    EXPECT_THAT(next_.came(), SizeIs(FieldEncoder::kMaxWaiting));
    submit(wanting(1, "later"));
    EXPECT_EQ(receipts().back(), "later");
}

TEST_F(FieldEncoderTest, AnswersEachOnceAndInOrderWhileManyThreadsSend) {
    constexpr int kThreads = 4;
    constexpr int kEach = 300;
    std::vector<std::thread> threads;
    threads.reserve(kThreads);
    for (int thread = 0; thread < kThreads; ++thread) {
        threads.emplace_back([this, thread] {
            Grant grant = DownlinkBench::grant();
            auto config = std::make_shared<StreamConfig>(*grant.stream);
            config->stream = static_cast<std::uint64_t>(thread / 2);  // two share one
            grant.stream = config;
            for (int i = 0; i < kEach; ++i) {
                const std::string id = std::to_string(thread) + std::to_string(1000 + i);
                submit(i % 3 == 0 ? plain(id) : wanting(i % 256, id), grant);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_THAT(receipts(), SizeIs(kThreads * kEach));
    std::map<char, std::string> last;
    for (const std::string& id : next_.ids()) {
        EXPECT_LT(last[id.front()], id);
        last[id.front()] = id;
    }
    EXPECT_THAT(next_.ids(), SizeIs(kThreads * kEach));
}

TEST_F(FieldEncoderTest, TheSameIdAgainIsOneDownlinkAsLongAsItsBytesAreTheSame) {
    DownlinkBench downlinks;
    downlinks.connect();
    FieldEncoder encoder({.templates = bench_.templates,
                          .devices = bench_.devices,
                          .clock = clock_,
                          .log = log_,
                          .next = downlinks.downlinks(),
                          .templateOf = [](const StreamConfig&) { return std::string(); }});
    const auto complaint = [&](std::int64_t value) {
        std::promise<Receipt> receipt;
        encoder.submit(DownlinkBench::grant(), wanting(value, "same"),
                       [&](Receipt answer) { receipt.set_value(std::move(answer)); });
        const auto rejected = receipt.get_future().get().rejected;
        return rejected ? rejected->field : "";
    };
    EXPECT_EQ(complaint(1), "");
    EXPECT_EQ(complaint(1), "");
    EXPECT_EQ(complaint(2), "Id");
    configurePort(6);
    EXPECT_EQ(complaint(1), "Id") << "the template has changed";
    downlinks.settle();
    EXPECT_THAT(downlinks.carrier.payloads(), ElementsAre(1));
}

}  // namespace
}  // namespace runnel::test
