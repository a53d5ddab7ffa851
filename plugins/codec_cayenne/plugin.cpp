// SPDX-License-Identifier: Apache-2.0
#include "runnel/plugin.h"

#include "cayenne_program.h"
#include "codecs/program_codec.h"

namespace {

using runnel::Option;

constexpr Option kOptions[] = {
    {"port", "integer 1..223", "1", "FPort of downlinks that name none.", false, false},
    {"names", "map", nullptr, "Other names for fields, such as temperature_1: room.", false, false},
};

runnel::Result<std::unique_ptr<runnel::Codec>> create(runnel::Host&, runnel::CodecHost& host) {
    using Cayenne = runnel::codecs::ProgramCodec<runnel::cayenne::CayenneProgram>;
    return std::unique_ptr<runnel::Codec>{std::make_unique<Cayenne>(host)};
}

}  // namespace

RUNNEL_PLUGIN(Codec, "cayenne", "1.0.0",
              {.summary = "Cayenne LPP payloads, with the field names of The Things Stack",
               .options = kOptions,
               .optionCount = std::size(kOptions),
               .codec = &create});
