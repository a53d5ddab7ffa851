// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <utility>

namespace runnel {

/// A value that can only be reached through its lock. Keep the returned handle for as short as
/// possible, and never while calling a plugin or the network.
/// Thread safety: lock() by any thread.
template <class T>
class Guarded {
  public:
    class Handle {
      public:
        Handle(std::mutex& mutex, T& value) : lock_(mutex), value_(&value) {}
        T& operator*() const { return *value_; }
        T* operator->() const { return value_; }
        /// For std::condition_variable.
        std::unique_lock<std::mutex>& underlying() { return lock_; }

      private:
        std::unique_lock<std::mutex> lock_;
        T* value_;
    };

    Guarded() = default;
    explicit Guarded(T value) : value_(std::move(value)) {}

    Handle lock() { return Handle(mutex_, value_); }

  private:
    std::mutex mutex_;
    T value_{};
};

}  // namespace runnel
