// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include "runnel/testing.h"

namespace runnel {

/// Adds a sentence once, however often a check finds it.
inline void complain(Complaints& complaints, std::string sentence) {
    if (std::ranges::find(complaints, sentence) == complaints.end()) {
        complaints.push_back(std::move(sentence));
    }
}

/// Calls `call`; an exception becomes a complaint about `what`. True if there was none.
template <class Call>
bool attempt(Complaints& complaints, const std::string& what, Call&& call) {
    try {
        std::forward<Call>(call)();
        return true;
    } catch (const std::exception& exception) {
        complain(complaints, what + " throws: " + exception.what());
    } catch (...) {
        complain(complaints, what + " throws something that is no std::exception");
    }
    return false;
}

}  // namespace runnel
