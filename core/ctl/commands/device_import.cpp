// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fstream>
#include <unordered_set>

#include "ctl/commands/commands.h"
#include "ctl/commands/show.h"
#include "ctl/csv.h"
#include "ctl/failure.h"
#include "ctl/yaml_writer.h"
#include "runnel/values.h"

namespace runnel::ctl {
namespace {

constexpr std::size_t kBatch = 10'000;
constexpr std::size_t kMostComplaints = 20;

struct ImportOptions {
    std::string file, application;
};

/// A CSV file of devices. The first row names the columns: eui, name, template; any other is a tag.
class DeviceRows final {
  public:
    DeviceRows(std::istream& in, std::string file) : rows_(in), file_(std::move(file)) {}

    /// All devices; throws Failure with all complaints, each with its line.
    Array::Ptr read() {
        Array::Ptr devices = new Array;
        readHead();
        for (std::vector<std::string> cells; rows_.next(cells);) {
            if (!rows_.isWhole()) {
                complain("a quote begins or ends inside a value; write \"a \"\"b\"\" c\"");
            } else if (cells.size() != columns_.size()) {
                complain(std::to_string(cells.size()) + " values, expected " +
                         std::to_string(columns_.size()) + " as in the first row");
            } else {
                devices->add(device(cells));
            }
        }
        if (!complaints_.empty()) fail();
        return devices;
    }

  private:
    void readHead() {
        rows_.next(columns_);
        if (std::find(columns_.begin(), columns_.end(), "eui") == columns_.end()) {
            complain(
                "the first row must name the columns, one of them 'eui'; expected such as "
                "eui,name,template,floor");
            fail();
        }
    }

    Object::Ptr device(const std::vector<std::string>& cells) {
        Object::Ptr device = newObject();
        Object::Ptr tags = newObject();
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const std::string& column = columns_[i];
            if (column == "eui") {
                device->set("eui", eui(cells[i]));
            } else if (cells[i].empty()) {
                continue;
            } else if (column == "name" || column == "template") {
                device->set(column, cells[i]);
            } else {
                tags->set(column, valueOf(cells[i]));
            }
        }
        if (tags->size() > 0) device->set("tags", tags);
        return device;
    }

    std::string eui(const std::string& text) {
        const auto eui = parseEui(text);
        if (!eui) {
            complain("'eui' must be 16 hexadecimal digits, found '" + text + "'");
            return {};
        }
        if (!seen_.insert(eui->value).second) complain("a second row for " + runnel::text(*eui));
        return runnel::text(*eui);
    }

    void complain(const std::string& what) {
        if (complaints_.size() > kMostComplaints) return;
        complaints_.push_back(complaints_.size() == kMostComplaints
                                  ? "… and more"
                                  : file_ + ":" + std::to_string(rows_.line()) + ": " + what);
    }

    [[noreturn]] void fail() const {
        std::string all = "nothing was imported:";
        for (const std::string& complaint : complaints_) all += "\n" + complaint;
        throw Failure(ExitCode::WrongUse, printable(all, true));
    }

    CsvReader rows_;
    std::string file_;
    std::vector<std::string> columns_;
    std::unordered_set<std::uint64_t> seen_;
    std::vector<std::string> complaints_;
};

Array::Ptr readDevices(Context& context, const std::string& file) {
    if (file == "-") return DeviceRows(context.in, "standard input").read();
    std::ifstream in(file, std::ios::binary);
    if (!in) {
        throw Failure(ExitCode::WrongUse,
                      file + " cannot be read; expected a CSV file, or - for the standard input");
    }
    return DeviceRows(in, file).read();
}

void import(Context& context, const ImportOptions& options) {
    const std::string application = euiOf("--application", options.application);
    const Array::Ptr devices = readDevices(context, options.file);
    const std::string path = apiPath({"applications", application, "devices"});
    std::int64_t added = 0;
    std::int64_t changed = 0;
    for (std::size_t done = 0; done < devices->size();) {
        Array::Ptr batch = new Array;
        for (; done < devices->size() && batch->size() < kBatch; ++done) {
            batch->add(devices->get(static_cast<unsigned>(done)));
        }
        const Object::Ptr answer = parseObject(context.client.put(path, batch));
        added += number(*answer, "added");
        changed += number(*answer, "changed");
        context.err << done << " of " << devices->size() << " devices" << std::endl;
    }
    Object::Ptr sum = newObject();
    sum->set("added", added);
    sum->set("changed", changed);
    if (context.isJson) return printDocument(context, dump(sum));
    context.out << added << " added, " << changed << " changed, "
                << static_cast<std::int64_t>(devices->size()) - added - changed << " unchanged\n";
}

}  // namespace

void addDeviceImport(const Menu& device) {
    auto [app, options] =
        device.command("import", "Make or change many devices from a CSV file", import);
    app.add_option("FILE", options.file,
                   "First row: eui,name,template and tags' names; - is the standard input")
        ->required();
    app.add_option("--application", options.application, "Their application")->required();
}

}  // namespace runnel::ctl
