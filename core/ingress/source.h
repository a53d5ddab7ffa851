// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <span>
#include <string>

#include "runnel/values.h"

namespace runnel {

/// Who publishes into ingress: one network connector. Thread safety: any thread.
class Source {
  public:
    virtual ~Source() = default;
    virtual const std::string& name() const = 0;
    /// Network application id -> application EUI.
    virtual const std::map<std::string, Eui>& applications() const = 0;
    /// As Network::committed and Network::resume.
    virtual void committed(std::span<const Ticket> tickets) = 0;
    virtual void resume() = 0;
};

}  // namespace runnel
