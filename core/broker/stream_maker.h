// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "broker/config_diff.h"
#include "delivery/stream.h"
#include "format/formats.h"
#include "loader/plugins.h"

namespace runnel {

/// A stream that is ready to be put in place.
struct MadeStream {
    StreamSetup setup;
    std::vector<TokenSpec> typed;  ///< tokens that its specification types
    bool isEnabled = true;

    const std::string& name() const { return setup.config->name; }
    std::uint64_t number() const { return setup.config->stream; }
};

/// Makes what a stream needs from its specification. Changes nothing that anybody sees.
/// Thread safety: one thread.
class StreamMaker final {
  public:
    struct Parts {
        const Plugins& plugins;
        Formats& formats;
        const Templates& templates;
        const Devices& devices;
        std::function<Host&(const std::string&)> hostFor;
    };
    explicit StreamMaker(Parts parts) : parts_(std::move(parts)) {}

    /// An error if the plugin of its format is not there: the stream waits for it.
    Status findFormat(const StreamSpec& spec) const;
    /// With a number of its own. An error is the format's own complaint, or that of findFormat.
    Result<MadeStream> make(const StreamAt& stream);

  private:
    std::shared_ptr<const StreamTransform> transformOf(const StreamSpec& spec,
                                                       const LoadedPlugin& format,
                                                       const FormatUse& base) const;

    const Parts parts_;
    std::uint64_t last_ = 0;
};

}  // namespace runnel
