# SPDX-License-Identifier: Apache-2.0
"""A device template that is wrong is refused with file, line and column before any message meets it:
by `runneld --check`, at a start and by a reload, after which the broker runs on as it was. What its
author says about it as examples is tried with the real codecs and formats."""
import signal

import runnel

HEAD = "name: acme\nversion: 1\n"
CODEC = """\
codec:
  plugin: javascript
  options:
    script: |
      function decodeUplink(input) {
          if (input.bytes.length < 2) return {errors: ["too short"]};
          return {data: {temperature: (input.bytes[0] << 8 | input.bytes[1]) / 10, port: input.fPort}};
      }
      function encodeDownlink(input) { return {bytes: [input.data.interval], fPort: 7}; }
"""
FORMAT = """\
format:
  options:
    uplink: |
      {"device":"{{DeviceEUI}}","t":{{{Fields.temperature|json}}}}
"""
EXAMPLES = """\
examples:
  - description: a warm room
    input: {bytes: 00 D7, fPort: 2}
    output: {data: {port: 2, temperature: 21.5}}
    document: |
      {"t": 21.50, "device": "1122334455667788"}
  - {"type": "uplink", "description": "as in TS013", "input": {"bytes": [0], "fPort": 2,
     "recvTime": "2020-08-02T20:00:00.000+05:00"}, "output": {"errors": ["too short"]}}
  - {"type": "downlink-encode", "input": {"data": {"interval": 60}},
     "output": {"bytes": [60], "fPort": 7, "warnings": []}}
"""
GOOD = HEAD + CODEC + FORMAT + EXAMPLES


def text(body):
    """A template with that text, which begins in line 7, column 7."""
    return HEAD + "format:\n  plugin: template\n  options:\n    uplink: |\n" + "".join(
        f"      {line}\n" for line in body.splitlines())


#: What is wrong, the place of the complaint as "line:column", and words of it.
BAD = {
    "a section without its end": (text('{"a":\n  {{#Receptions}}1}'), "8:9", "Receptions.*end"),
    "a hundred levels": (text('{"a":1}' + "{{#Port}}" * 100), "7:158", "more than 16 deep"),
    "ten megabytes": (text("{{#Receptions}}" * 9 + "x" * 50_000 + "{{/Receptions}}" * 9), "6:13",
                      "at most 262144 bytes"),
    "no JSON without fields": (text('{\n"a":{{Fields.a}}}'), "8:11", r"Fields\.a.*absent.*\|json"),
    "no JSON at all": (text('{"a":"{{Data}}'), "6:13", "must make JSON"),
    "an unknown codec": (HEAD + "codec: {plugin: abacus}\n", "3:", "no codec plugin named 'abacus'"),
    "a mistake of JavaScript's grammar": (
        HEAD + "codec:\n  plugin: javascript\n  options:\n    script: |\n"
        "      function decodeUplink(input) {\n        return {data: };\n      }\n",
        "8:23", "SyntaxError"),
    "a layout with an unknown type": (
        HEAD + "codec:\n  plugin: fields\n  options:\n    uplink:\n"
        "      - {name: a, type: uint8}\n      - {name: b, type: uint9}\n",
        "8:25", r"uplink\[1\]\.type: must be"),
    "an unknown key of an example": (HEAD + CODEC + "examples:\n  - {inputs: 1}\n", "13:6", "inputs"),
    "another value": (GOOD.replace("21.5}}", "21.6}}"), "17:5",
                      r"a warm room.*/temperature: expected 21.6, found 21.5"),
    "another document": (GOOD.replace("21.50", "22"), "17:5", "document/t: expected 22, found 21.5"),
    "no error": (GOOD.replace("bytes\": [0]", "bytes\": [0, 1]"), "22:5", "expected an error"),
    "other bytes": (GOOD.replace("[60]", "[61]"), "24:5", "expected 3D, found 3C"),
    "an unexpected error": (GOOD.replace("00 D7", "00"), "17:5", "expected data.*too short"),
}


class TemplatesChecked(runnel.SystemTest):

    def broker(self, content):
        broker = runnel.Runnel([runnel.simulator()], {"70B3D57ED0000001": {
            "name": "Ours", "template": "acme", "streams": [
                runnel.websocket_stream("cloud", runnel.new_token())]}}, templates="templates")
        (broker.directory / "templates").mkdir()
        broker.write("templates/acme.yaml", content)
        return broker

    async def hang_up(self, broker):
        after = len(broker.log)
        broker.signal(signal.SIGHUP)
        return await broker.logged(r"\breload: ", after), broker.log[after:]

    def assert_place(self, lines, place, words):
        found = [line for line in lines if f"acme.yaml:{place}" in line]
        self.assertTrue(found, f"no complaint at {place} in {lines}")
        self.assertRegex(found[0], words)

    async def test_a_good_one_with_examples_is_accepted(self):
        async with self.broker(GOOD) as broker:
            status, output = await broker.run("--check")
            self.assertEqual(status, 0, output)
            self.assertIn("good", output)
            line, _ = await self.hang_up(broker)
            self.assertIn("nothing has changed", line)

    async def test_the_example_of_the_documentation_is_accepted(self):
        example = (runnel.ROOT / "etc/templates/README").read_text(encoding="utf-8")
        example = example[example.index("\nname: acme-climate") + 1:]
        broker = self.broker(GOOD)
        self.addCleanup(lambda: runnel.shutil.rmtree(broker.directory))
        broker.write("templates/acme-climate.yaml", example)
        status, output = await broker.run("--check")
        self.assertEqual(status, 0, output)
        broker.write("templates/acme-climate.yaml", example.replace("42}", "43}"))
        status, output = await broker.run("--check")
        self.assertEqual(status, 1, output)
        self.assertIn("/humidity: expected 43, found 42", output)

    async def test_each_bad_one_is_refused_by_check_with_its_place(self):
        broker = self.broker(GOOD)
        self.addCleanup(lambda: runnel.shutil.rmtree(broker.directory))
        for what, (content, place, words) in BAD.items():
            with self.subTest(what):
                broker.write("templates/acme.yaml", content)
                status, output = await broker.run("--check")
                self.assertEqual(status, 1, output)
                self.assert_place(output.splitlines(), place, words)

    async def test_a_reload_with_a_bad_one_changes_nothing(self):
        async with self.broker(GOOD) as broker:
            for what, (content, place, words) in BAD.items():
                if "plugin named" in words:
                    continue  # it waits for its plugin, as a stream does
                with self.subTest(what):
                    broker.write("templates/acme.yaml", content)
                    line, lines = await self.hang_up(broker)
                    self.assertIn("refused", line)
                    self.assert_place(lines, place, words)
            broker.write("templates/acme.yaml", GOOD)
            line, _ = await self.hang_up(broker)
            self.assertIn("nothing has changed", line)

    async def test_a_start_says_what_is_wrong_and_a_reload_says_it_again(self):
        content, place, words = BAD["another value"]
        async with self.broker(content) as broker:
            self.assert_place(broker.log, place, words)
            line, lines = await self.hang_up(broker)
            self.assertIn("refused", line)
            self.assert_place(lines, place, words)


if __name__ == "__main__":
    runnel.main()
