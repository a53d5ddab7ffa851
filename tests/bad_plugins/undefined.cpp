// SPDX-License-Identifier: Apache-2.0
// Needs a function that no library has.
#include "plain_format.h"

extern "C" int runnel_test_function_that_nobody_defines();

namespace runnel {

Result<std::unique_ptr<Format>> create(Host& host, const Fields& options) {
    if (runnel_test_function_that_nobody_defines() != 0) return Error{"", "never"};
    return createPlain(host, options);
}

}  // namespace runnel

RUNNEL_PLUGIN(Format, "undefined", "1.0.0",
              {.summary = "Not complete.", .format = &runnel::create});
