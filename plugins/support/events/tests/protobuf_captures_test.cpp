// SPDX-License-Identifier: Apache-2.0
// Every event of the data file, as JSON and as Protobuf: both readers make the same message of it.
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Parser.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "events/chirpstack_event.h"
#include "events/chirpstack_protobuf.h"
#include "protobuf_samples.h"
#include "same_event.h"

namespace runnel::events {
namespace {

TEST(ProtobufCapturesTest, BothMarshallingsGiveTheSameMessage) {
    std::ifstream file(DATA_FOLDER "/uplinks-chirpstack.json");
    if (!file) GTEST_SKIP() << "no uplinks-chirpstack.json in " << DATA_FOLDER;
    std::stringstream text;
    text << file.rdbuf();
    const auto lines = Poco::JSON::Parser().parse(text.str()).extract<Poco::JSON::Array::Ptr>();
    ASSERT_EQ(lines->size(), 526U);
    for (unsigned i = 0; i < lines->size(); ++i) {
        SCOPED_TRACE(lines->getObject(i)->getValue<std::string>("id"));
        const auto event = lines->getObject(i)->getObject("event");
        std::ostringstream document;
        event->stringify(document);
        const auto fromJson = readChirpstackEvent(document.str(), "up");
        const auto fromProtobuf = readChirpstackProtobuf(test::protobufOf(event, "up"), "up");
        ASSERT_TRUE(fromJson) << fromJson.error().field << ' ' << fromJson.error().reason;
        ASSERT_TRUE(fromProtobuf) << fromProtobuf.error().field << ' '
                                  << fromProtobuf.error().reason;
        test::expectSameEvent(*fromJson, *fromProtobuf);
        if (HasFailure()) return;
    }
}

}  // namespace
}  // namespace runnel::events
