// SPDX-License-Identifier: Apache-2.0
#include "template/template_use.h"

namespace runnel {

TemplateUse::TemplateUse(std::shared_ptr<const TemplateSpec> spec,
                         std::shared_ptr<RunningCodec> codec)
    : title_(spec->name + "@" + std::to_string(spec->version)),
      spec_(std::move(spec)),
      codec_(std::move(codec)) {
    if (spec_->codec.empty()) return;
    if (!codec_) {
        trouble_ = Error{"codec", "there is no codec plugin '" + spec_->codec + "' that runs"};
        return;
    }
    const auto program = codec_->load(spec_->codecOptions);
    if (program) {
        program_ = *program;
    } else {
        trouble_ = program.error();
    }
}

TemplateUse::~TemplateUse() {
    if (program_) codec_->unload(*program_);
}

TemplateUse::TemplateUse(std::string title, Error trouble)
    : title_(std::move(title)),
      spec_(std::make_shared<const TemplateSpec>()),
      trouble_(std::move(trouble)) {}

}  // namespace runnel
