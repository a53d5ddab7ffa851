// SPDX-License-Identifier: Apache-2.0
#include "net/http_exchange.h"

#include <utility>

#include "net/http_session.h"

namespace runnel::net {

HttpExchange::~HttpExchange() {
    if (!isAnswered_) answer({500, "text/plain; charset=utf-8", "The request was not answered.\n"});
}

void HttpExchange::answer(HttpResponse response) {
    if (isAnswered_.exchange(true)) return;
    {
        const std::lock_guard lock(path_->mutex);
        if (path_->loop == nullptr) return;
        if (!path_->loop->isInLoopThread()) {
            path_->loop->post([path = path_, number = number_, late = std::move(response)] {
                if (path->session != nullptr) path->session->answer(number, late);
            });
            return;
        }
    }
    if (path_->session != nullptr) path_->session->answer(number_, response);
}

std::optional<TakenConnection> HttpExchange::takeOver() {
    if (path_->session == nullptr || isAnswered_.exchange(true)) return std::nullopt;
    return path_->session->takeOver(number_);
}

}  // namespace runnel::net
