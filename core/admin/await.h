// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <utility>

#include "admin/problem.h"

namespace runnel::admin {

/// Calls `begin` with a function that takes the answer, from any thread, and waits for it; a
/// Problem 503 if it does not come within 30 s. What was begun may still happen then. A handler may
/// wait.
template <class Answer, class Begin>
Answer await(Begin&& begin) {
    const auto promise = std::make_shared<std::promise<Answer>>();
    auto future = promise->get_future();
    std::forward<Begin>(begin)([promise](Answer answer) { promise->set_value(std::move(answer)); });
    if (future.wait_for(std::chrono::seconds(30)) != std::future_status::ready) {
        throw Problem(503, "state.db could not be written within 30 s; look again before retrying")
            .with("Retry-After", "30");
    }
    return future.get();
}

}  // namespace runnel::admin
