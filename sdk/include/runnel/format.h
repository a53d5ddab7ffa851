// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runnel/document.h"

namespace runnel {

/// Turns messages into documents and documents into downlinks. One object per distinct (plugin,
/// options) pair, shared by all its streams.
/// Thread safety: every method is const and is called by many threads at once; no input or output,
/// no waiting: they run on the message path.
class Format {
  public:
    virtual ~Format() = default;

    /// Media type of every document, such as "application/json".
    virtual std::string_view contentType() const = 0;
    /// UTF-8 text (WebSocket text frame) or binary.
    virtual bool isText() const = 0;
    /// Whether EncodeInput::decoded is worth running a codec for.
    virtual bool wantsFields() const = 0;

    /// An empty document means "nothing to send": the parcel is settled as filtered. An error makes
    /// it a dead letter with that reason.
    virtual Result<std::string> encode(const EncodeInput& input) const = 0;
    virtual std::string encode(const Receipt& receipt) const = 0;
    virtual std::string encode(const Gap& gap) const = 0;

    /// Everything the document asks for, in its order, at least one entry. What cannot be
    /// understood is a Receipt with `rejected` set, with as much of id and device as could be read.
    /// The document is hostile: any bytes, up to the protocol's limit.
    virtual std::vector<Request> decode(const DecodeInput& input) const = 0;
};

}  // namespace runnel
