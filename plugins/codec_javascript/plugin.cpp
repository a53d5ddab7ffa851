// SPDX-License-Identifier: Apache-2.0
#include "runnel/plugin.h"

#include "javascript_codec.h"

namespace runnel::javascript {
namespace {

constexpr Option kOptions[] = {
    {"script", "text", nullptr, "The script: TS013's functions, or those of older platforms.", true,
     false},
    {"variables", "map", nullptr, "What the script sees as input.variables.", false, false},
    {"decode", "choice decodeUplink|decodeDownlink", "decodeUplink",
     "The function that decodes payloads.", false, false},
};

Result<std::unique_ptr<Codec>> create(Host& host, CodecHost& answers) {
    return std::unique_ptr<Codec>{std::make_unique<JavascriptCodec>(host, answers, childImage())};
}

}  // namespace
}  // namespace runnel::javascript

RUNNEL_PLUGIN(Codec, "javascript", "1.0.0",
              {.summary = "Payload codecs in JavaScript (TS013), in a process without rights",
               .options = runnel::javascript::kOptions,
               .optionCount = std::size(runnel::javascript::kOptions),
               .codec = &runnel::javascript::create});
