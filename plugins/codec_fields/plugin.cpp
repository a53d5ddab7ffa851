// SPDX-License-Identifier: Apache-2.0
#include "runnel/plugin.h"

#include "codecs/program_codec.h"
#include "fields_program.h"

namespace {

using runnel::Option;

constexpr Option kOptions[] = {
    {"uplink", "tree", nullptr,
     "Entries of an uplink's payload, as a list, or as a map from ports to lists.", false, false},
    {"downlink", "tree", nullptr,
     "Entries of a downlink's payload, as a list, or as a map from ports to lists.", false, false},
    {"endian", "choice big|little", "big", "Byte order of entries that say nothing.", false, false},
    {"port", "integer 1..223", "1", "FPort of downlinks that name none.", false, false},
};

runnel::Result<std::unique_ptr<runnel::Codec>> create(runnel::Host&, runnel::CodecHost& host) {
    using Layouts = runnel::codecs::ProgramCodec<runnel::fields::FieldsProgram>;
    return std::unique_ptr<runnel::Codec>{std::make_unique<Layouts>(host)};
}

}  // namespace

RUNNEL_PLUGIN(Codec, "fields", "1.0.0",
              {.summary = "Payloads laid out in a table of fields, without code",
               .options = kOptions,
               .optionCount = std::size(kOptions),
               .codec = &create});
