// SPDX-License-Identifier: Apache-2.0
#include "child/script.h"

#include <js/Array.h>
#include <js/CallAndConstruct.h>
#include <js/CompilationAndEvaluation.h>
#include <js/CompileOptions.h>
#include <js/Date.h>
#include <js/GlobalObject.h>
#include <js/PropertyAndElement.h>
#include <js/Realm.h>
#include <js/RealmOptions.h>
#include <js/SourceText.h>
#include <js/ValueArray.h>
#include <jsapi.h>

#include <span>

#include "child/answer.h"
#include "child/failure.h"
#include "child/to_script.h"

namespace runnel::javascript {
namespace {

constexpr JSClass kGlobalClass{.name = "global",
                               .flags = JSCLASS_GLOBAL_FLAGS,
                               .cOps = &JS::DefaultGlobalClassOps,
                               .spec = nullptr,
                               .ext = nullptr,
                               .oOps = nullptr};

/// Scripts of other platforms write to a console; nobody reads it here.
constexpr std::string_view kPrelude =
    "globalThis.console = {log() {}, info() {}, warn() {}, error() {}, debug() {}, trace() {}};";

/// Expressions that are a function of TS013's form, or undefined; the first that is one counts.
constexpr std::string_view kUplinkDecoders[] = {
    "typeof decodeUplink === 'function' ? decodeUplink : undefined",
    "typeof Decode === 'function' ? i => ({data: Decode(i.fPort, i.bytes, i.variables)}) "
    ": undefined",
    "typeof Decoder === 'function' ? i => ({data: Decoder(i.bytes, i.fPort)}) : undefined"};
constexpr std::string_view kDownlinkDecoders[] = {
    "typeof decodeDownlink === 'function' ? decodeDownlink : undefined"};
constexpr std::string_view kEncoders[] = {
    "typeof encodeDownlink === 'function' ? encodeDownlink : undefined",
    "typeof Encode === 'function' ? i => ({bytes: Encode(i.fPort, i.data, i.variables)}) "
    ": undefined",
    "typeof Encoder === 'function' ? i => ({bytes: Encoder(i.data, i.fPort)}) : undefined"};

JSObject* makeGlobal(JSContext* context) {
    JS::RealmOptions options;
    options.creationOptions().setSharedMemoryAndAtomicsEnabled(false).setWeakRefsEnabled(
        JS::WeakRefSpecifier::Disabled);
    return JS_NewGlobalObject(context, &kGlobalClass, nullptr, JS::FireOnNewGlobalHook, options);
}

}  // namespace

Script::Script(JSContext* context, Decoder decoder)
    : context_(context),
      decoder_(decoder),
      global_(context, makeGlobal(context)),
      decode_(context),
      encode_(context) {}

const char* Script::decoderName() const {
    return decoder_ == Decoder::Uplink ? "decodeUplink" : "decodeDownlink";
}

std::optional<Error> Script::evaluate(std::string_view source, JS::MutableHandleValue result) {
    JS::SourceText<mozilla::Utf8Unit> text;
    JS::CompileOptions options{context_};
    options.setFileAndLine("script", 1);
    const bool isDone =
        text.init(context_, source.data(), source.size(), JS::SourceOwnership::Borrowed) &&
        JS::Evaluate(context_, options, text, result);
    if (isDone) return std::nullopt;
    return Error{"script", takeException(context_)};
}

std::optional<Error> Script::load(std::string_view source) {
    if (!global_) return Error{"script", "finds no memory for its global object"};
    const JSAutoRealm realm{context_, global_};
    JS::RootedValue ignored{context_};
    auto error = evaluate(kPrelude, &ignored);
    if (!error) error = evaluate(source, &ignored);
    if (!error) error = look();
    return error;
}

std::optional<Error> Script::look() {
    const auto find = [this](std::span<const std::string_view> expressions,
                             JS::PersistentRootedObject& function) -> std::optional<Error> {
        for (const std::string_view expression : expressions) {
            JS::RootedValue found{context_};
            if (auto error = evaluate(expression, &found)) return error;
            if (!found.isObject()) continue;
            function = &found.toObject();
            break;
        }
        return std::nullopt;
    };
    const std::span<const std::string_view> decoders =
        decoder_ == Decoder::Uplink ? std::span<const std::string_view>{kUplinkDecoders}
                                    : std::span<const std::string_view>{kDownlinkDecoders};
    auto error = find(decoders, decode_);
    if (!error) error = find(kEncoders, encode_);
    if (error || decode_ || encode_) return error;
    return Error{"script",
                 "has neither a function " + std::string{decoderName()} + " nor encodeDownlink"};
}

std::optional<Error> Script::call(JS::HandleObject function, JS::HandleObject input,
                                  JS::MutableHandleObject result) {
    JS::RootedValueArray<1> arguments{context_};
    arguments[0].setObject(*input);
    JS::RootedValue callee{context_, JS::ObjectValue(*function)};
    JS::RootedValue answer{context_};
    const char* name = function == encode_ ? "encodeDownlink" : decoderName();
    if (!JS::Call(context_, JS::UndefinedHandleValue, callee, arguments, &answer)) {
        return Error{name, "failed: " + takeException(context_)};
    }
    if (!answer.isObject()) return Error{name, "has to return an object"};
    result.set(&answer.toObject());
    return std::nullopt;
}

std::optional<Error> Script::fill(JS::HandleObject input, const Uplink& uplink) {
    JS::RootedValue bytes{context_};
    JS::RootedValue port{context_, JS::Int32Value(uplink.port)};
    JSObject* time = JS::NewDateObject(context_, JS::TimeClip(static_cast<double>(uplink.time)));
    JS::RootedValue date{context_, JS::ObjectOrNullValue(time)};
    if (time != nullptr && bytesToScript(context_, uplink.payload, &bytes) &&
        define(context_, input, "bytes", bytes) && define(context_, input, "fPort", port) &&
        define(context_, input, "recvTime", date)) {
        return std::nullopt;
    }
    return Error{"script", "cannot be called: " + takeException(context_)};
}

std::optional<Error> Script::decode(const Uplink& uplink, const Fields& variables, Writer& out) {
    if (!decode_) return Error{decoderName(), "is not in the script"};
    const JSAutoRealm realm{context_, global_};
    const JS::RootedObject input{context_, JS_NewPlainObject(context_)};
    JS::RootedValue map{context_};
    if (!input || !toScript(context_, variables, &map) ||
        !define(context_, input, "variables", map)) {
        return Error{"script", "cannot be called: " + takeException(context_)};
    }
    if (auto error = fill(input, uplink)) return error;
    JS::RootedObject result{context_};
    if (auto error = call(decode_, input, &result)) return error;
    return Answer{context_, decoderName(), out}.writeFields(result);
}

std::optional<Error> Script::encode(const Fields& data, std::uint8_t port, const Fields& variables,
                                    Writer& out) {
    if (!encode_) return Error{"encodeDownlink", "is not in the script"};
    const JSAutoRealm realm{context_, global_};
    const JS::RootedObject input{context_, JS_NewPlainObject(context_)};
    JS::RootedValue value{context_, JS::Int32Value(port)};
    JS::RootedValue map{context_};
    JS::RootedValue fields{context_};
    if (!input || !toScript(context_, variables, &map) || !toScript(context_, data, &fields) ||
        !define(context_, input, "data", fields) || !define(context_, input, "fPort", value) ||
        !define(context_, input, "variables", map)) {
        return Error{"script", "cannot be called: " + takeException(context_)};
    }
    JS::RootedObject result{context_};
    if (auto error = call(encode_, input, &result)) return error;
    return Answer{context_, "encodeDownlink", out}.writeBytes(result, port);
}

}  // namespace runnel::javascript
