// SPDX-License-Identifier: Apache-2.0
#include "tests/journal/messages.h"

#include <gtest/gtest.h>

#include <iostream>

namespace runnel {

/// For EXPECT_EQ: Value has a variant of vectors of itself, so a defaulted one would be recursive.
static bool equal(const Value& left, const Value& right);

static bool equal(const Field& left, const Field& right) {
    return left.name == right.name && equal(left.value, right.value);
}

template <class T>
static bool equal(const std::vector<T>& left, const std::vector<T>& right) {
    if (left.size() != right.size()) return false;
    for (std::size_t i = 0; i < left.size(); ++i) {
        if (!equal(left[i], right[i])) return false;
    }
    return true;
}

static bool equal(const Value& left, const Value& right) {
    if (left.is.index() != right.is.index()) return false;
    if (const auto* list = std::get_if<List>(&left.is)) {
        return equal(*list, std::get<List>(right.is));
    }
    if (const auto* fields = std::get_if<Fields>(&left.is)) {
        return equal(*fields, std::get<Fields>(right.is));
    }
    if (const auto* number = std::get_if<double>(&left.is)) {
        return *number == std::get<double>(right.is);
    }
    if (const auto* number = std::get_if<std::int64_t>(&left.is)) {
        return *number == std::get<std::int64_t>(right.is);
    }
    if (const auto* text = std::get_if<std::string>(&left.is)) {
        return *text == std::get<std::string>(right.is);
    }
    const auto* flag = std::get_if<bool>(&left.is);
    return flag == nullptr || *flag == std::get<bool>(right.is);
}

namespace test {

namespace {

std::string randomText(std::mt19937_64& random) {
    std::string text(random() % 3 == 0 ? 0 : random() % 40, '\0');
    for (char& c : text) c = static_cast<char>(random());
    return text;
}

Value randomValue(std::mt19937_64& random, int depth) {
    switch (random() % (depth < 4 ? 7 : 5)) {
        case 0:
            return {};
        case 1:
            return {random() % 2 == 0};
        case 2:
            return {static_cast<std::int64_t>(random())};
        case 3:
            return {static_cast<double>(random()) / 7};
        case 4:
            return {randomText(random)};
        case 5: {
            List list(random() % 4);
            for (Value& value : list) value = randomValue(random, depth + 1);
            return {list};
        }
        default: {
            Fields fields(random() % 4);
            for (Field& field : fields) {
                field = {randomText(random), randomValue(random, depth + 1)};
            }
            return {fields};
        }
    }
}

Instant randomTime(std::mt19937_64& random) {
    return Instant(std::chrono::milliseconds(static_cast<std::int64_t>(random() >> 10)));
}

void fillTexts(Message& message, std::mt19937_64& random) {
    for (std::string* text :
         {&message.region, &message.dataRate, &message.network, &message.networkApplication,
          &message.networkDevice, &message.deviceName, &message.originId, &message.downlinkId,
          &message.downlinkStream, &message.text}) {
        *text = randomText(random);
    }
}

}  // namespace

Message fullMessage() {
    Message message;
    message.position = 1'700'000'000'000'001;
    message.kind = Kind::Failed;
    message.isConfirmed = true;
    message.port = 255;
    message.device = Eui{0x0080E1150529E258};
    message.application = Eui{0xFFFFFFFFFFFFFFFF};
    message.frameCounter = 0xFFFFFFFF;
    message.frequencyHz = 902'500'000;
    message.region = "US915";
    message.dataRate = "SF7BW125";
    message.networkTime = Instant(std::chrono::milliseconds(-1));
    message.brokerTime = Instant(std::chrono::milliseconds(1'734'964'219'123));
    message.payload = {0x00, 0x09, 0xFF};
    message.receptions = {{Eui{7}, -137, -24.25F, Instant(std::chrono::milliseconds(5))},
                          {std::nullopt, 0, 0, std::nullopt},
                          {Eui{0}, 32767, 11.5F, std::nullopt}};
    message.network = "ttn";
    message.networkApplication = "parking";
    message.networkDevice = "bay-1";
    message.deviceName = "Bay 1";
    message.originId = "gs:uplink:01";
    message.downlinkId = "d-17";
    message.downlinkStream = "0000000000000001/cloud";
    message.text = "no gateway";
    message.extra = {
        {"null", {}},
        {"false", {false}},
        {"zero", {std::int64_t{0}}},
        {"negative", {std::int64_t{-5}}},
        {"half", {0.5}},
        {"empty", {std::string()}},
        {"list", {List{{std::int64_t{1}}, {}, {List{}}, {Fields{}}, {std::string("x")}}}},
        {"fields", {Fields{{"", {true}}, {"inner", {Fields{{"deep", {2.5}}}}}}}}};
    return message;
}

Message randomMessage(std::mt19937_64& random) {
    Message message;
    message.kind = static_cast<Kind>(random() % 11);
    message.isConfirmed = random() % 2 == 0;
    message.port = static_cast<std::uint8_t>(random());
    message.device = Eui{random()};
    if (random() % 2 == 0) message.application = Eui{random()};
    message.frameCounter = static_cast<std::uint32_t>(random() >> random() % 64);
    message.frequencyHz = static_cast<std::uint32_t>(random() >> random() % 64);
    if (random() % 2 == 0) message.networkTime = randomTime(random);
    message.brokerTime = randomTime(random);
    message.payload.resize(random() % 243);
    for (std::uint8_t& byte : message.payload) byte = static_cast<std::uint8_t>(random());
    message.receptions.resize(random() % 4);
    for (Reception& reception : message.receptions) {
        if (random() % 2 == 0) reception.gateway = Eui{random()};
        reception.rssiDbm = static_cast<std::int16_t>(random());
        reception.snrDb = static_cast<float>(static_cast<std::int8_t>(random())) / 4;
        if (random() % 2 == 0) reception.time = randomTime(random);
    }
    fillTexts(message, random);
    message.extra.resize(random() % 3);
    for (Field& field : message.extra) field = {randomText(random), randomValue(random, 0)};
    return message;
}

std::shared_ptr<Message> randomUplink(std::mt19937_64& random, int applications) {
    const std::uint64_t application = random() % static_cast<std::uint64_t>(applications);
    auto message = uplinkAt(Instant(std::chrono::milliseconds(1'700'000'000'000)), Eui{application},
                            Eui{application * 50 + random() % 50});
    if (random() % 10 == 0) message->application.reset();
    for (std::uint64_t i = random() % 4; i > 0; --i) {
        message->receptions.push_back({Eui{random() % 20}, -80, 7.5F, std::nullopt});
    }
    return message;
}

std::shared_ptr<Message> uplinkAt(Instant time, Eui application, Eui device) {
    auto message = std::make_shared<Message>();
    message->application = application;
    message->device = device;
    message->brokerTime = time;
    message->payload = {1, 2, 3};
    return message;
}

std::vector<Position> positions(const std::vector<MessagePtr>& messages) {
    std::vector<Position> list;
    list.reserve(messages.size());
    for (const MessagePtr& message : messages) list.push_back(message->position);
    return list;
}

std::vector<MessagePtr> readAll(const Journal& journal, std::optional<Scope> scope,
                                std::size_t maxMessages, Position after) {
    std::vector<MessagePtr> all;
    const Position head = journal.head();
    while (after < head) {
        const auto slice = journal.read({after, scope, maxMessages});
        if (!slice) {
            ADD_FAILURE() << slice.error().reason;
            break;
        }
        EXPECT_LE(slice->messages.size(), maxMessages);
        if (slice->through <= after) {
            ADD_FAILURE() << "no progress at " << after;
            break;
        }
        all.insert(all.end(), slice->messages.begin(), slice->messages.end());
        after = slice->through;
    }
    return all;
}

void expectEqual(const Message& found, const Message& expected) {
    EXPECT_EQ(found.position, expected.position);
    EXPECT_EQ(found.kind, expected.kind);
    EXPECT_EQ(found.isConfirmed, expected.isConfirmed);
    EXPECT_EQ(found.port, expected.port);
    EXPECT_EQ(found.device, expected.device);
    EXPECT_EQ(found.application, expected.application);
    EXPECT_EQ(found.frameCounter, expected.frameCounter);
    EXPECT_EQ(found.frequencyHz, expected.frequencyHz);
    EXPECT_EQ(found.region, expected.region);
    EXPECT_EQ(found.dataRate, expected.dataRate);
    EXPECT_EQ(found.networkTime, expected.networkTime);
    EXPECT_EQ(found.brokerTime, expected.brokerTime);
    EXPECT_EQ(found.payload, expected.payload);
    ASSERT_EQ(found.receptions.size(), expected.receptions.size());
    for (std::size_t i = 0; i < found.receptions.size(); ++i) {
        EXPECT_EQ(found.receptions[i].gateway, expected.receptions[i].gateway);
        EXPECT_EQ(found.receptions[i].rssiDbm, expected.receptions[i].rssiDbm);
        EXPECT_EQ(found.receptions[i].snrDb, expected.receptions[i].snrDb);
        EXPECT_EQ(found.receptions[i].time, expected.receptions[i].time);
    }
    EXPECT_EQ(found.network, expected.network);
    EXPECT_EQ(found.networkApplication, expected.networkApplication);
    EXPECT_EQ(found.networkDevice, expected.networkDevice);
    EXPECT_EQ(found.deviceName, expected.deviceName);
    EXPECT_EQ(found.originId, expected.originId);
    EXPECT_EQ(found.downlinkId, expected.downlinkId);
    EXPECT_EQ(found.downlinkStream, expected.downlinkStream);
    EXPECT_EQ(found.text, expected.text);
    EXPECT_TRUE(equal(found.extra, expected.extra));
}

std::uint64_t printedSeed() {
    const std::uint64_t seed = std::random_device()();
    std::cout << "seed: " << seed << std::endl;
    return seed;
}

}  // namespace test
}  // namespace runnel
