// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include "runnel/plugin.h"

namespace runnel {
namespace {

class ThrowingProtocol final : public Protocol {
  public:
    Status start() override { throw std::runtime_error("port is taken"); }
    Status open(const Grant&) override { throw std::runtime_error("cannot open"); }
    void close(std::uint64_t, CloseReason) override { throw 1; }
    void quiesce() override { throw std::logic_error("not running"); }
    void resume() override { throw std::logic_error("not quiet"); }
    void stop() override {}
};

Result<std::unique_ptr<Protocol>> create(Host&, ProtocolHost&, const Fields&) {
    return std::unique_ptr<Protocol>(std::make_unique<ThrowingProtocol>());
}

}  // namespace
}  // namespace runnel

RUNNEL_PLUGIN(Protocol, "throwing", "1.0.0", {.summary = "Throws.", .protocol = &runnel::create});
