// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/App.hpp>
#include <CLI/Formatter.hpp>
#include <memory>
#include <string>
#include <utility>

#include "ctl/context.h"

namespace runnel::ctl {

/// Where commands are hung up. Thread safety: one thread.
class Menu final {
  public:
    /// `chosen` is set to what the command line asks for. Both outlive the parsing.
    Menu(CLI::App& app, Action& chosen) : app_(app), chosen_(chosen) {}

    /// A command that only holds others: "stream".
    Menu group(const std::string& name, const std::string& help) const {
        CLI::App* app = app_.add_subcommand(name, help);
        app->require_subcommand(1);
        app->fallthrough();
        return {*app, chosen_};
    }

    /// A command whose arguments are bound to the fields of `Options`, a struct that lives as long
    /// as the menu: `auto [app, options] = menu.command<ShowOptions>("show", "…", show);`
    template <class Options>
    std::pair<CLI::App&, Options&> command(const std::string& name, const std::string& help,
                                           void (*run)(Context&, const Options&)) const {
        auto options = std::make_shared<Options>();
        CLI::App* app = app_.add_subcommand(name, help);
        app->fallthrough();
        app->callback([options, run, &chosen = chosen_] {
            chosen = [options, run](Context& context) { run(context, *options); };
        });
        return {*app, *options};
    }

  private:
    CLI::App& app_;
    Action& chosen_;
};

/// An option that may be given several times, one value each time.
template <class T>
CLI::Option* addRepeated(CLI::App& app, const std::string& name, std::vector<T>& values,
                         const std::string& help) {
    return app.add_option(name, values, help)->allow_extra_args(false);
}

}  // namespace runnel::ctl
