// SPDX-License-Identifier: Apache-2.0
#include "runnel/plugin.h"

using namespace runnel;

struct Hello final : Format {
    std::string_view contentType() const override { return "text/plain"; }
    bool isText() const override { return true; }
    bool wantsFields() const override { return false; }
    Result<std::string> encode(const EncodeInput& input) const override {
        return "hello from " + text(input.message.device);
    }
    std::string encode(const Receipt&) const override { return "a receipt"; }
    std::string encode(const Gap&) const override { return "a gap"; }
    std::vector<Request> decode(const DecodeInput& input) const override {
        return {Receipt{"", input.device, Error{"", "cannot be read: hello only speaks"}}};
    }
};

static Result<std::unique_ptr<Format>> create(Host&, const Fields&) {
    return std::unique_ptr<Format>{std::make_unique<Hello>()};
}

RUNNEL_PLUGIN(Format, "hello", "1.0.0", {.summary = "Says hello", .format = &create});
