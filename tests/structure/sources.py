# SPDX-License-Identifier: Apache-2.0
"""How every source file has to look: licence line first, #pragma once, a bearable length, no
unfinished business, no traces of one machine."""
import re

import tree

SPDX = "SPDX-License-Identifier: Apache-2.0"
# Lines. The aim is 300 for a .cpp and 150 for a header; this is where a reader gives up.
LIMITS = {".cpp": 380, ".h": 200, "test": 600, ".py": 400, "script": 400}
UNFINISHED = re.compile(r"\b(" + "TO" + "DO|FIX" + "ME|X{3}|HA" + "CK)\\b")
# A path or a registry of the machine that somebody happened to work on.
FOREIGN = re.compile("|".join((
    "/wo" + r"rk/", r"/home/\w+", "/ro" + "ot/", r"registry\." + "npmjs", "pypi" + r"\.org",
    "files.python" + "hosted", r"deb\.debian" + r"\.org", "proxy." + "golang",
    r"\bjfrog\b", "artifact" + "ory", r"https?://[^\s\"']*/(?:simple|npm)/")))
BANNER = re.compile(r"^\s*(//|#)\s*[-=*#/]{10,}\s*$")


def is_script(path):
    return path.suffix == "" and tree.text(path).startswith("#!")


def limit(path):
    is_test = "_test" in path.stem or "tests" in tree.name(path).split("/")[:-1]
    if path.suffix in (".cpp", ".h") and is_test:
        return LIMITS["test"]
    return LIMITS.get(path.suffix, LIMITS["script"])


def check(path):
    place, text = tree.name(path), tree.text(path)
    lines = text.splitlines()
    head = lines[1] if lines and lines[0].startswith("#!") else (lines or [""])[0]
    if SPDX not in head:
        yield f"{place}:1: the first line has to be // {SPDX}"
    if path.suffix == ".h" and "#pragma once" not in lines[1:3]:
        yield f"{place}:2: a header has #pragma once after its licence line"
    if len(lines) > limit(path):
        yield f"{place}: {len(lines)} lines, at most {limit(path)}: split it by duty"
    for number, line in enumerate(lines, 1):
        if BANNER.match(line):
            yield f"{place}:{number}: no banners"


def check_words(path):
    place = tree.name(path)
    for number, line in enumerate(tree.text(path).splitlines(), 1):
        for pattern, reason in ((UNFINISHED, "finish it, or say in a sentence what is missing"),
                                (FOREIGN, "belongs to one machine, not to the project")):
            found = pattern.search(line)
            if found:
                yield f"{place}:{number}: \"{found.group(0)}\" {reason}"


def main():
    everything = [path for path in tree.files()
                  if path.name != "LICENSE" and not is_binary(path)]
    sources = [path for path in everything
               if path.suffix in (".cpp", ".h", ".py", ".js", ".mjs") or is_script(path)]
    complaints = [c for path in sources for c in check(path)]
    complaints += [c for path in everything for c in check_words(path)]
    tree.finish("sources", len(sources), complaints)


def is_binary(path):
    return b"\0" in path.read_bytes()[:4096]


if __name__ == "__main__":
    main()
