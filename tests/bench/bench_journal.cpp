// SPDX-License-Identifier: Apache-2.0
// bench_journal: what the durable journal costs, next to bare write and fdatasync. See README.md.
#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>

#include "journal/message_codec.h"
#include "journal/sqlite_journal.h"
#include "tests/bench/timings.h"
#include "tests/bench/uplinks.h"

using namespace runnel;
using namespace runnel::bench;

namespace {

constexpr int kWrongUse = 2;
constexpr double kCpuBudget = 5;           // microseconds per append, at kBudgetBatch
constexpr double kRateBudget = 50'000;     // appends per second
constexpr std::size_t kBudgetBatch = 256;  // what a commit takes under load is about this much
constexpr std::size_t kSlice = 256;

struct Options {
    std::filesystem::path directory = "build";
    std::size_t messages = 1'000'000;
    bool isChecked = true;
};

class ErrorLog final : public Log {
  public:
    void write(Level, std::string_view part, std::string_view text) override {
        std::cerr << part << ": " << text << "\n";
    }
};

/// Removed at the end, whatever happens.
class Scratch final {
  public:
    explicit Scratch(const std::filesystem::path& parent) {
        std::string pattern = (parent / "bench-journal-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) {
            throw std::runtime_error("cannot make a directory in " + parent.string());
        }
        path = pattern;
    }
    ~Scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    std::filesystem::path path;
};

/// The floor: the same bytes, appended to a file and on disk.
class PlainFile final {
  public:
    explicit PlainFile(const std::filesystem::path& file)
        : descriptor_(::open(file.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600)) {}
    ~PlainFile() { ::close(descriptor_); }
    PlainFile(const PlainFile&) = delete;
    PlainFile& operator=(const PlainFile&) = delete;

    void append(const std::string& bytes) const {
        const auto size = static_cast<ssize_t>(bytes.size());
        if (::write(descriptor_, bytes.data(), bytes.size()) != size ||
            ::fdatasync(descriptor_) != 0) {
            throw std::runtime_error("cannot write the plain file");
        }
    }

  private:
    int descriptor_;
};

void check(const Status& status) {
    if (!status) throw std::runtime_error(status.error().reason);
}

struct Appended {
    std::size_t batch = 0;
    std::size_t messages = 0;
    Timings commits;
    Timings floor;
    double cpuPerAppend(const Timings& timings) const {
        return timings.cpu() / static_cast<double>(messages);
    }
    double perSecond(const Timings& timings) const {
        return static_cast<double>(messages) * 1e6 / timings.wall();
    }
};

/// Commits and bare writes take turns, so that both see the same disk.
Appended measureAppends(const Options& options, std::size_t batchSize) {
    const Scratch scratch(options.directory);
    const SystemClock clock;
    ErrorLog log;
    SqliteJournal journal({scratch.path / "journal.db", {}, 0}, clock, log);
    const PlainFile plain(scratch.path / "plain");
    Uplinks uplinks(false);
    const std::size_t rounds = std::clamp<std::size_t>(options.messages / 5 / batchSize, 20, 500);
    Appended result{batchSize, rounds * batchSize, {}, {}};
    for (std::size_t round = 0; round < rounds; ++round) {
        const auto batch = uplinks.next(batchSize);
        std::string bytes;
        for (const auto& message : batch) encode(*message, bytes);
        const Stopwatch commit;
        check(journal.append(batch));
        result.commits.add(commit.stop());
        const Stopwatch bare;
        plain.append(bytes);
        result.floor.add(bare.stop());
    }
    return result;
}

void print(const char* what, const Appended& result, const Timings& timings) {
    std::printf("  %6zu %-10s %10.0f %10.2f %10.0f %10.0f\n", result.batch, what,
                result.perSecond(timings), result.cpuPerAppend(timings), timings.percentile(0.5),
                timings.percentile(0.99));
}

/// False: over budget.
bool measureAllAppends(const Options& options) {
    std::printf(
        "appends of messages of 1,000 applications with 2 receptions; the same bytes by write and "
        "fdatasync, in turns\n   batch            messages/s  CPU us/msg     p50 us     p99 us\n");
    bool isWithin = true;
    for (const std::size_t batch : {1U, 32U, 256U, 1024U, 4096U}) {
        const Appended result = measureAppends(options, batch);
        print("journal", result, result.commits);
        print("fdatasync", result, result.floor);
        if (batch != kBudgetBatch) continue;
        isWithin = result.cpuPerAppend(result.commits) <= kCpuBudget;
        std::printf("         %-10s %10.0f %10.2f   CPU: %s\n", "budget", kRateBudget, kCpuBudget,
                    isWithin ? "within" : "OVER");
    }
    return isWithin;
}

void measureCodec() {
    constexpr std::size_t kCount = 4096;
    constexpr int kRounds = 50;
    const auto batch = Uplinks(false).next(kCount);
    std::vector<std::string> bodies(kCount);
    std::string body;
    const Stopwatch encoding;
    for (int round = 0; round < kRounds; ++round) {
        for (const auto& message : batch) {
            body.clear();
            encode(*message, body);
        }
    }
    const double encoded = encoding.stop().cpu;
    for (std::size_t i = 0; i < kCount; ++i) encode(*batch[i], bodies[i]);
    const Stopwatch decoding;
    for (int round = 0; round < kRounds; ++round) {
        for (const std::string& one : bodies) {
            const auto* bytes = reinterpret_cast<const std::uint8_t*>(one.data());
            if (!decode({bytes, one.size()}, 1)) throw std::runtime_error("a body is wrong");
        }
    }
    constexpr double kMessages = double{kCount} * kRounds;
    std::printf("codec: encode %.2f us (goal 0.40), decode %.2f us (goal 0.80), %zu bytes\n",
                encoded / kMessages, decoding.stop().cpu / kMessages, body.size());
}

void measureRead(const Journal& journal, const char* name, std::optional<Scope> scope) {
    const Stopwatch watch;
    std::size_t count = 0;
    Position after = journal.origin();
    while (after < journal.head()) {
        const auto slice = journal.read({after, scope, kSlice});
        if (!slice) throw std::runtime_error(slice.error().reason);
        count += slice->messages.size();
        after = slice->through;
    }
    const auto spent = watch.stop();
    const auto messages = static_cast<double>(std::max<std::size_t>(count, 1));
    std::printf("  %-24s %9zu messages %8.1f ms %10.0f /s %8.2f us of CPU each\n", name, count,
                spent.wall / 1000, messages * 1e6 / spent.wall, spent.cpu / messages);
}

void measureReads(const Options& options) {
    const Scratch scratch(options.directory);
    const std::filesystem::path file = scratch.path / "journal.db";
    const SystemClock clock;
    ErrorLog log;
    const JournalSettings settings{file, {}, 0};
    const double before = residentMegabytes();
    {
        SqliteJournal journal(settings, clock, log);
        Uplinks uplinks(true);
        for (std::size_t i = 0; i < options.messages; i += kBudgetBatch) {
            check(journal.append(uplinks.next(kBudgetBatch)));
        }
        std::printf("reading %zu messages, %.0f bytes each on disk; slices of %zu\n",
                    options.messages,
                    static_cast<double>(std::filesystem::file_size(file)) /
                        static_cast<double>(options.messages),
                    kSlice);
        std::printf("  resident: %.1f MB at first, %.1f MB when written", before,
                    residentMegabytes());
    }
    const Stopwatch opening;
    const SqliteJournal journal(settings, clock, log);
    std::printf(", opened again in %.0f ms\n", opening.stop().wall / 1000);
    measureRead(journal, "everything", std::nullopt);
    measureRead(journal, "application, 1 of 2", Uplinks::kHalf);
    measureRead(journal, "application, 1 of 100", Uplinks::kHundredth);
    measureRead(journal, "device, 1 of 10,000", Uplinks::kRare);
    measureRead(journal, "device that is not there", Scope{Scope::Level::Device, Eui{42}});
    std::printf("  resident: %.1f MB when read\n", residentMegabytes());
}

bool read(Options& options, std::string_view name, std::string_view value) {
    if (name == "--directory" && !value.empty()) {
        options.directory = value;
        return true;
    }
    const char* end = value.data() + value.size();
    const auto parsed = std::from_chars(value.data(), end, options.messages);
    return name == "--messages" && parsed.ec == std::errc() && parsed.ptr == end;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string_view name = argv[i];
        if (name == "--unchecked") {
            options.isChecked = false;
        } else if (!read(options, name, i + 1 < argc ? argv[++i] : "")) {
            std::cerr << "wrong: " << name << "\n"
                      << "bench_journal\n"
                         "  --directory build    on the disk to be measured\n"
                         "  --messages 1000000   to be read\n"
                         "  --unchecked          exit code 0 also over budget\n";
            return kWrongUse;
        }
    }
    try {
        std::setvbuf(stdout, nullptr, _IOLBF, 0);
        measureReads(options);  // first: memory that others gave back would hide what it takes
        measureCodec();
        const bool isWithin = measureAllAppends(options);
        return isWithin || !options.isChecked ? EXIT_SUCCESS : EXIT_FAILURE;
    } catch (const std::exception& error) {
        std::cout << "FAILED: " << error.what() << std::endl;
        return EXIT_FAILURE;
    }
}
