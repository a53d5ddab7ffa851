// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <string_view>
#include <type_traits>
#include <utility>

#include "runnel/values.h"

/// The one place where plugins are called. A plugin is trusted, but a mistake in it must not end
/// the broker: whatever it throws becomes an Error that names it.
namespace runnel {

/// "plugin format_json failed: <what>".
[[gnu::cold]] Error pluginFailed(std::string_view plugin, std::string_view what);

namespace guard {
template <class T>
struct Outcome {
    using Type = Result<T>;
};
template <>
struct Outcome<void> {
    using Type = Status;
};
template <class T>
struct Outcome<Result<T, Error>> {
    using Type = Result<T, Error>;
};
}  // namespace guard

/// Calls `call`. A call that returns Result<T> keeps its type, one that returns T gives Result<T>,
/// void gives Status; whatever is thrown becomes the error. `plugin` is kind and name, such as
/// "format_json". Costs nothing when nothing is thrown. A call that returns a reference or a view
/// must be wrapped in one that copies. Destructors are not calls: one that throws ends the process.
/// Thread safety: any thread.
template <class F>
auto guarded(std::string_view plugin, F&& call) ->
    typename guard::Outcome<std::invoke_result_t<F>>::Type {
    static_assert(!std::is_reference_v<std::invoke_result_t<F>>);
    try {
        if constexpr (std::is_void_v<std::invoke_result_t<F>>) {
            std::forward<F>(call)();
            return Done{};
        } else {
            return std::forward<F>(call)();
        }
    } catch (const std::exception& exception) {
        return pluginFailed(plugin, exception.what());
    } catch (...) {
        return pluginFailed(plugin, "it threw something that is not a std::exception");
    }
}

}  // namespace runnel
