// SPDX-License-Identifier: Apache-2.0
#include "registry/registry_file.h"

#include <array>

#include "base/config_error.h"
#include "sqlite/schema.h"

namespace runnel {

namespace {

/// FORMAT.md describes it. Times are Unix milliseconds, 0 = never; EUIs are the 64 bits, signed.
constexpr const char* kVersion1 = R"(
create table application (eui integer primary key, name text not null);
create table gateway (eui integer primary key, name text not null);
create table device (
    eui integer primary key, application integer not null, name text not null,
    template text not null, tags text not null);
create table stream (name text primary key, document blob not null) without rowid;
create table token (
    id integer primary key autoincrement, stream text not null, digest blob not null unique,
    sealed blob not null, label text not null, scopes integer not null, created integer not null,
    expires integer not null, last_used integer not null);
create index token_of_stream on token (stream);
create table user (
    name text primary key, password text not null, role integer not null,
    applications text not null, created integer not null, last_login integer not null);
create table api_key (
    id integer primary key autoincrement, name text not null, digest blob not null unique,
    role integer not null, applications text not null, created integer not null,
    expires integer not null, last_used integer not null);
create table audit (
    id integer primary key autoincrement, time integer not null, who text not null,
    address text not null, action text not null, object text not null, outcome integer not null,
    detail text not null);
)";

/// Logins outlive a restart; who still has a password that the broker made is told so.
constexpr const char* kVersion2 = R"(
create table session (
    digest blob primary key, user text not null, credential integer not null, csrf blob not null,
    expires integer not null) without rowid;
alter table user add column must_change integer not null default 0;
)";

/// Device templates, and which one an application's devices have.
constexpr const char* kVersion3 = R"(
create table template (
    name text not null, version integer not null, document blob not null,
    primary key (name, version)) without rowid;
alter table application add column template text not null default '';
)";

constexpr std::array kSteps{kVersion1, kVersion2, kVersion3};
constexpr sqlite::Schema kSchema{.applicationId = 0x726E6C52, .steps = kSteps};  // "rnlR"

}  // namespace

RegistryFile::RegistryFile(const std::filesystem::path& file, Log& log) : log_(log) {
    try {
        sqlite::inspect(file, kSchema);
        database_ = std::make_unique<sqlite::Database>(file);
        sqlite::checkSize(*database_);
        sqlite::upgrade(*database_, kSchema);
    } catch (const sqlite::NewerVersion& error) {
        throw ConfigError(error.what());
    } catch (const sqlite::Failure& failure) {
        const char* advice =
            failure.isDamage()
                ? "; it holds what was configured by the API: restore it from a backup, or move it "
                  "away to start without"
                : "";
        throw ConfigError(std::string(failure.what()) + advice);
    }
}

RegistryFile::~RegistryFile() = default;

void RegistryFile::fail(const sqlite::Failure& failure) const {
    const std::string advice(failure.advice());
    const std::string text =
        failure.what() + (advice.empty() ? std::string() : ": " + advice) + "; nothing was changed";
    log_.write(Level::Error, "registry", text);
    throw RegistryError(text);
}

}  // namespace runnel
