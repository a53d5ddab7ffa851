// SPDX-License-Identifier: Apache-2.0
#include "strikes.h"

namespace runnel::javascript {

void Strikes::strike(std::uint32_t program, Clock::time_point now) {
    Record& record = strikes_[program];
    if (++record.count >= kMaxStrikes) record.until = now + kPause;
}

bool Strikes::isSuspended(std::uint32_t program, Clock::time_point now) const {
    const auto found = strikes_.find(program);
    return found != strikes_.end() && found->second.count >= kMaxStrikes &&
           now < found->second.until;
}

}  // namespace runnel::javascript
