// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "delivery/stream.h"

/// Health in the words of the API. Thread safety: pure.
namespace runnel::admin {

inline const char* healthText(Health health) {
    switch (health) {
        case Health::Connecting:
            return "connecting";
        case Health::Failing:
            return "failing";
        case Health::Working:
            break;
    }
    return "working";
}

inline const char* healthText(StreamHealth::Word word) {
    switch (word) {
        case StreamHealth::Word::Waiting:
            return "waiting";
        case StreamHealth::Word::Connecting:
            return "connecting";
        case StreamHealth::Word::Failing:
            return "failing";
        case StreamHealth::Word::Working:
            break;
    }
    return "working";
}

}  // namespace runnel::admin
