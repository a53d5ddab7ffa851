// SPDX-License-Identifier: Apache-2.0
#include "template/examples.h"

namespace runnel {

void runExamples(const TemplateUsePtr& use, const FormatUse* format,
                 std::vector<Complaint>& complaints) {
    static_cast<void>(use);
    static_cast<void>(format);
    static_cast<void>(complaints);
}

}  // namespace runnel
