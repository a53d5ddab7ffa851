// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include "runnel/plugin.h"

namespace runnel {
namespace {

class ThrowingNetwork final : public Network {
  public:
    Status start() override { return Done{}; }
    void committed(std::span<const Ticket>) override { throw "a text"; }
    void resume() override {}
    Status send(const Downlink&) override { throw std::runtime_error("no link"); }
    void stop() override {}
};

Result<std::unique_ptr<Network>> create(Host&, NetworkHost&, const Fields&) {
    return std::unique_ptr<Network>(std::make_unique<ThrowingNetwork>());
}

}  // namespace
}  // namespace runnel

RUNNEL_PLUGIN(Network, "throwing", "1.0.0", {.summary = "Throws.", .network = &runnel::create});
