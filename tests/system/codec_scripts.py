# SPDX-License-Identifier: Apache-2.0
"""Payload codecs as their authors wrote them, over the whole path: an uplink comes in by HTTP, its
fields come out of a stream. Every X.js of the directory named by RUNNEL_CODEC_SCRIPTS, or below
it, next to an X.json (or X.yaml) whose `examples`, or which itself, is a list as in LoRa Alliance
TS013:
{type, input: {bytes, fPort}, output: {data, errors}}. Without that directory scripts of our own,
which use every feature of the language that such codecs use."""
import json
import math
import os
import pathlib

import runnel
import template_world as world

#: An expression each, true where the language has the feature.
FEATURES = {
    "letAndConst": "(() => { let a = 1; const b = 2; return a + b === 3; })()",
    "arrowFunctions": "[1, 2].map(n => n * 2)[1] === 4",
    "classes": "new (class A { #x = 7; get x() { return this.#x; } })().x === 7",
    "staticMembers": "(class { static two = 2; static of() { return this.two; } }).of() === 2",
    "templateLiterals": "`${1 + 1}` === '2'",
    "destructuring": "(({a, ...rest}) => a + rest.b === 3)({a: 1, b: 2})",
    "spread": "Math.max(...[1, 5, 3]) === 5 && [...'ab'].length === 2",
    "defaultParameters": "((a = 4, ...more) => a === 4 && more.length === 0)()",
    "forOf": "(() => { let s = 0; for (const n of new Set([1, 2])) s += n; return s === 3; })()",
    "generators": "[...(function* () { yield 1; yield 2; })()].length === 2",
    "mapsAndSets": "new Map([['a', 1]]).get('a') === 1 && new WeakMap() instanceof WeakMap",
    "symbols": "typeof Symbol.iterator === 'symbol'",
    "optionalChaining": "(undefined?.a ?? 'none') === 'none'",
    "logicalAssignment": "(() => { let a; a ??= 5; return a === 5; })()",
    "exponent": "2 ** 10 === 1024",
    "bigInt": "BigInt.asIntN(64, 0xFFFFFFFFFFFFFFFFn) === -1n",
    "typedArrays": "new Uint8Array([300])[0] === 44",
    "dataView": "new DataView(Uint8Array.of(0x41, 0xAC, 0, 0).buffer).getFloat32(0) === 21.5",
    "stringPadding": "(10).toString(16).padStart(4, '0') === '000a'",
    "arrayMethods": "[[1], [2]].flat().includes(2) && [1, 2, 3].at(-1) === 3",
    "objectMethods": "Object.fromEntries(Object.entries({a: 1})).a === 1",
    "namedGroups": "/(?<year>\\d{4})/.exec('in 2026').groups.year === '2026'",
    "lookBehind": "/(?<=a)b/.test('ab')",
    "matchAll": "[...'a1b2'.matchAll(/\\d/g)].length === 2",
    "json": "JSON.parse('[1]')[0] === 1 && JSON.stringify([1]) === '[1]'",
    "dates": "new Date(0).toISOString() === '1970-01-01T00:00:00.000Z'",
    "math": "Math.trunc(-1.5) === -1 && Math.fround(0.1) !== 0.1 && Math.clz32(1) === 31",
    "numberMethods": "(21.456).toFixed(1) === '21.5' && parseInt('ff', 16) === 255",
    "proxies": "new Proxy({}, {get: () => 3}).any === 3",
    "reflection": "Reflect.has({a: 1}, 'a')",
    "closures": "(() => { var n = 0; const next = () => ++n; next(); return next() === 2; })()",
    "labels": "(() => { out: for (;;) { for (;;) break out; } return true; })()",
    "switches": "(k => { switch (k) { case 1: return 'a'; default: return 'b'; } })(1) === 'a'",
    "exceptions": "(() => { try { throw new RangeError('x'); } catch { return true; } })()",
    "bitOperators": "(0x80 << 24 >> 24) === -128 && (-1 >>> 28) === 15",
}


def own():
    """[(name, script, [example])]"""
    members = ", ".join(f"{name}: {expression}" for name, expression in FEATURES.items())
    language = f"function decodeUplink(input) {{ return {{data: {{{members}}}}}; }}"
    older = "function Decode(fPort, bytes, variables) { return {first: bytes[0], port: fPort}; }"
    oldest = "function Decoder(bytes, port) { return {sum: bytes[0] + bytes[1], port: port}; }"
    failing = ("function decodeUplink(input) { if (input.fPort !== 2) "
               "return {errors: ['unknown FPort']}; return {data: {}, warnings: ['empty']}; }")
    return [
        ("language", language, [{"input": {"bytes": [1], "fPort": 1},
                                 "output": {"data": dict.fromkeys(FEATURES, True)}}]),
        ("chirpstack3", older, [{"input": {"bytes": [7], "fPort": 9},
                                 "output": {"data": {"first": 7, "port": 9}}}]),
        ("ttn2", oldest, [{"input": {"bytes": [7, 8], "fPort": 1},
                           "output": {"data": {"sum": 15, "port": 1}}}]),
        ("failing", failing, [{"input": {"bytes": [1], "fPort": 3},
                               "output": {"errors": ["unknown FPort"]}},
                              {"input": {"bytes": [1], "fPort": 2}, "output": {"data": {}}}])]


def listed(file):
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".json":
        document = json.loads(text)
    else:
        import yaml  # pylint: disable=import-outside-toplevel
        document = yaml.safe_load(text)
    return document["examples"] if isinstance(document, dict) else document


def others(directory):
    for script in sorted(pathlib.Path(directory).rglob("*.js")):
        for suffix in (".json", ".yaml"):
            file = script.with_suffix(suffix)
            if file.is_file():
                yield (str(script.relative_to(directory)), script.read_text(encoding="utf-8"),
                       [one for one in listed(file) if one.get("type", "uplink") == "uplink"])


def hex_of(value):
    return value.replace(" ", "").upper() if isinstance(value, str) else bytes(value).hex().upper()


def is_same(expected, found):
    """As JSON: members in any order, 1 and 1.0 alike."""
    if isinstance(expected, bool) or isinstance(found, bool):
        return expected is found
    if isinstance(expected, (int, float)) and isinstance(found, (int, float)):
        return math.isclose(expected, found, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(
            is_same(value, found[key]) for key, value in expected.items())
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(is_same, expected, found))
    return expected == found


class CodecScripts(runnel.SystemTest):

    async def test_every_example_comes_out_as_its_author_says(self):
        directory = os.environ.get("RUNNEL_CODEC_SCRIPTS")
        codecs = list(others(directory)) if directory else own()
        self.assertTrue(codecs, f"{directory} has no scripts with examples")
        devices = [f"{0x0080E11500000000 + n:016X}" for n in range(len(codecs))]
        templates = [world.javascript(f"codec-{n}", script)
                     for n, (_, script, _) in enumerate(codecs)]
        token = runnel.new_token()
        uplinks, wanted = [], []
        for device, (name, _, examples) in zip(devices, codecs):
            for count, example in enumerate(examples, 1):
                given = example["input"]
                uplinks.append(world.uplink(device, hex_of(given["bytes"]), count,
                                            given.get("fPort", 1)))
                wanted.append((f"{name}, example {count}", example["output"]))
        named = {device: f"codec-{n}" for n, device in enumerate(devices)}
        async with world.broker(templates, named, [world.stream("cloud", token)]) as broker:
            client = await broker.connect(token)
            await world.post(broker, *uplinks)
            shown = await client.documents(len(uplinks))
        wrong = [f"{name}: expected {output}, found {self.found(document)}"
                 for (name, output), document in zip(wanted, shown)
                 if not self.is_right(output, document)]
        print(f"    {len(codecs)} scripts, {len(uplinks)} examples")
        self.assertEqual(wrong, [])

    @staticmethod
    def found(document):
        return document.get("Fields", document.get("DecodeError"))

    @staticmethod
    def is_right(output, document):
        if output.get("errors"):
            return "DecodeError" in document
        return is_same(output.get("data"), document.get("Fields"))


if __name__ == "__main__":
    runnel.main()
