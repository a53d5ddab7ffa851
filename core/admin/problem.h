// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "net/http_message.h"

namespace runnel::admin {

/// An answer that says no, as a problem document (RFC 9457). Thrown by handlers, caught once where
/// they are called. Holds no secret: `detail` and the errors' texts are shown and logged.
class Problem final : public std::exception {
  public:
    /// One thing that is wrong in a body: a JSON pointer (RFC 6901; "" = the whole) and why.
    struct Field {
        std::string pointer;
        std::string detail;
    };

    Problem(int status, std::string detail) : status_(status), detail_(std::move(detail)) {}
    Problem(int status, std::string detail, std::vector<Field> errors)
        : status_(status), detail_(std::move(detail)), errors_(std::move(errors)) {}

    Problem& with(std::string header, std::string value) {
        headers_.emplace_back(std::move(header), std::move(value));
        return *this;
    }

    int status() const { return status_; }
    const std::vector<Field>& errors() const { return errors_; }
    const char* what() const noexcept override { return detail_.c_str(); }
    /// With content type application/problem+json.
    net::HttpResponse response() const;

  private:
    int status_;
    std::string detail_;
    std::vector<Field> errors_;
    net::HttpHeaders headers_;
};

}  // namespace runnel::admin
