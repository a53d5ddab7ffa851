// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runnel/document.h"

/// What checkFormat() feeds to a format.
namespace runnel {

struct EncodeSample {
    std::string name;  ///< for a complaint: "an uplink with …"
    Message message;
    bool hasReception = true;
    std::optional<Fields> decoded;
    std::optional<Error> decodeError;
    bool isReplay{};

    /// Borrows from this sample.
    EncodeInput input() const;
};

std::vector<EncodeSample> encodeSamples();

struct HostileDocument {
    std::string name;
    std::string document;
};
std::vector<HostileDocument> hostileDocuments();

}  // namespace runnel
