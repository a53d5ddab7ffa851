// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <new>
#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/mutator.h"

namespace runnel::fuzz {
namespace {

struct Options {
    unsigned long runs = 20'000;
    unsigned long seed = std::random_device{}();
    std::string seedDirectory;       ///< where to write the seeds
    std::vector<std::string> files;  ///< inputs to repeat instead
    bool isWrong = false;
};

Options optionsOf(const std::vector<std::string>& words) {
    Options options;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (!words[i].starts_with("--")) {
            options.files.push_back(words[i]);
            continue;
        }
        const std::string value = i + 1 < words.size() ? words[i + 1] : "";
        const bool isNumber = !value.empty() && value.size() < 19 &&
                              value.find_first_not_of("0123456789") == std::string::npos;
        if (words[i] == "--runs" && isNumber) {
            options.runs = std::stoul(value);
        } else if (words[i] == "--seed" && isNumber) {
            options.seed = std::stoul(value);
        } else if (words[i] == "--write-seeds" && !value.empty()) {
            options.seedDirectory = value;
        } else {
            options.isWrong = true;
        }
        ++i;
    }
    return options;
}

bool write(const std::filesystem::path& path, const std::uint8_t* data, std::size_t size) {
    std::ofstream file{path, std::ios::binary};
    file.write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
    return file.good();
}

int writeSeeds(const std::filesystem::path& directory) {
    std::filesystem::create_directories(directory);
    int number = 0;
    for (const Input& seed : fuzzSeeds()) {
        const auto path = directory / ("seed-" + std::to_string(++number));
        if (write(path, seed.data(), seed.size())) continue;
        std::fprintf(stderr, "%s cannot be written\n", path.c_str());
        return 2;
    }
    return 0;
}

int repeat(const std::vector<std::string>& files) {
    for (const std::string& name : files) {
        std::ifstream file{name, std::ios::binary};
        if (!file) {
            std::fprintf(stderr, "%s cannot be read, expected a file with an input\n",
                         name.c_str());
            return 2;
        }
        const std::string text{std::istreambuf_iterator<char>{file}, {}};
        const Input input{text.begin(), text.end()};
        LLVMFuzzerTestOneInput(input.data(), input.size());
    }
    std::printf("%zu inputs repeated\n", files.size());
    return 0;
}

/// The input under way, in memory that the parent still has when the child has crashed.
struct Shared {
    unsigned long run{};
    std::size_t size{};
    std::uint8_t data[Mutator::kMaxBytes]{};
};

void runAll(const Options& options, Shared& shared) {
    const std::vector<Input> seeds = fuzzSeeds();
    Mutator mutator{seeds, options.seed};
    for (shared.run = 0; shared.run < options.runs; ++shared.run) {
        const Input input = shared.run < seeds.size() ? seeds[shared.run] : mutator.next();
        shared.size = std::min(input.size(), Mutator::kMaxBytes);
        if (shared.size > 0) std::memcpy(shared.data, input.data(), shared.size);
        LLVMFuzzerTestOneInput(input.data(), input.size());
    }
}

int fuzz(const Options& options) {
    void* memory =
        mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return 2;
    auto* shared = new (memory) Shared;
    std::printf("seed %lu\n", options.seed);
    std::fflush(stdout);
    const pid_t child = fork();
    if (child < 0) return 2;
    if (child == 0) {
        runAll(options, *shared);
        std::exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (status == 0) {
        std::printf("%lu runs\n", shared->run);
        return 0;
    }
    const std::string name = "failing-input-" + std::to_string(options.seed);
    write(name, shared->data, shared->size);
    std::fprintf(stderr, "run %lu failed; its input is in %s\n", shared->run, name.c_str());
    return 1;
}

}  // namespace
}  // namespace runnel::fuzz

int main(int argc, char** argv) {
    using namespace runnel::fuzz;
    const Options options = optionsOf({argv + 1, argv + argc});
    if (options.isWrong) {
        std::fprintf(stderr,
                     "usage: %s [--runs N] [--seed N] | --write-seeds DIRECTORY | FILE...\n",
                     argv[0]);
        return 2;
    }
    if (!options.seedDirectory.empty()) return writeSeeds(options.seedDirectory);
    return options.files.empty() ? fuzz(options) : repeat(options.files);
}
