// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/JSON/Object.h>

#include <map>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/json_tree.h"
#include "config/reading.h"
#include "loader/plugins.h"

/// Streams and devices as JSON documents: what the API takes and gives, and what the registry
/// keeps. The same keys, checks and complaints as in files.
namespace runnel {

/// Reads documents against what runs. Thread safety: one thread.
class DocumentReader final {
  public:
    /// `plugins` outlives it. Of `running`: where plugins were looked for, and the protocols'
    /// settings.
    DocumentReader(const Plugins& plugins, const Config& running);

    /// With complaints the result is for looking at only. Their places are the document's.
    StreamSpec stream(const JsonTree& document, const StreamHome& home);
    std::optional<DeviceSpec> device(const JsonTree& document);
    /// A list of devices; each of them once.
    std::vector<DeviceSpec> devices(const JsonTree& document);
    /// One version of a device template.
    TemplateSpec deviceTemplate(const JsonTree& document);
    /// Its text may be absent: then one is to be made.
    TokenSpec token(const JsonTree& document);
    /// Any other document, key by key.
    MappingReader mapping(const JsonTree& document, const std::string& what) {
        return {document.root(), what, check_};
    }

    /// Since the last call.
    std::vector<Complaint> takeComplaints();
    /// Settings of all protocols that are in use: those of `running`, and defaults for others that
    /// a stream has named since.
    const std::map<std::string, Fields>& protocols() const { return config_.protocols; }

  private:
    Config config_;
    std::vector<Complaint> complaints_;
    FileCheck check_;
    Reading reading_;
};

enum class Secrets : std::uint8_t { Hidden, Shown };

/// The stream without its tokens. Of its options, those that differ from the plugins' defaults.
Poco::JSON::Object::Ptr documentOf(const StreamSpec& spec, const Plugins& plugins, Secrets secrets);
Poco::JSON::Object::Ptr documentOf(const DeviceSpec& spec);
/// Without its examples.
Poco::JSON::Object::Ptr documentOf(const TemplateSpec& spec, const Plugins& plugins);
Poco::JSON::Object::Ptr objectOf(const Fields& fields);
/// Tags as a JSON object, and back; what cannot be read has no tags.
std::string tagsText(const Fields& tags);
Fields tagsOf(const std::string& text);
/// "label", "scopes", "expires".
void putTokenGrant(const TokenSpec& spec, Poco::JSON::Object& document);

std::string jsonText(const Poco::JSON::Object& document);

}  // namespace runnel
