// SPDX-License-Identifier: Apache-2.0
// Throws wherever the broker calls it, and not only standard exceptions.
#include <stdexcept>

#include "plain_format.h"

namespace runnel {
namespace {

class ThrowingFormat final : public PlainFormat {
  public:
    Result<std::string> encode(const EncodeInput&) const override {
        throw std::out_of_range("row 7 of 3");
    }
    std::string encode(const Receipt&) const override { throw 42; }
    std::string encode(const Gap&) const override { throw std::bad_alloc(); }
    std::vector<Request> decode(const DecodeInput&) const override {
        throw std::runtime_error("unexpected end");
    }
};

Result<std::unique_ptr<Format>> create(Host&, const Fields&) {
    return std::unique_ptr<Format>(std::make_unique<ThrowingFormat>());
}

}  // namespace
}  // namespace runnel

RUNNEL_PLUGIN(Format, "throwing", "1.0.0", {.summary = "Throws.", .format = &runnel::create});
