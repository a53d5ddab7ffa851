// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/JSON/Object.h>

#include <functional>
#include <memory>

#include "admin/routes/document_routes.h"
#include "admin/routes/object_routes.h"
#include "template/stream_transform.h"

namespace runnel::admin {

/// What the routes of device templates work with; all outlive them.
struct TemplateParts {
    ObjectParts objects;
    DocumentParts documents;
    Templates& templates;
    /// What a stream would do to messages, whatever template it has; null if its format's plugin is
    /// not there. Called with Registrar::exclusively() held.
    std::function<std::shared_ptr<const StreamTransform>(const StreamSpec&)> transformOf;
};

/// The device template that a document describes, after every check, its examples among them. A
/// Problem 422 with all complaints. Registrar::exclusively() is held.
TemplateSpec checkedTemplate(Poco::JSON::Object::Ptr body, const ObjectParts& parts);

/// /templates, /templates/{template}/{version} and /templates/test.
Routes templateRoutes(const TemplateParts& parts);
/// …/streams/{stream}/dry-run: the stream's newest messages as they are shown now and as a device
/// template would show them.
Routes dryRunRoutes(const TemplateParts& parts);

}  // namespace runnel::admin
