# SPDX-License-Identifier: Apache-2.0
"""How the sources of the web console have to look: licence line first, a bearable length, nothing
that gets round the types or puts unescaped text into the page, nothing from other hosts."""
import json
import re

import tree

SPDX = "SPDX-License-Identifier: Apache-2.0"
MOST = 300  # lines
# The documents of the API, one after the other.
LONGER = {"core/console/src/api/types.ts": 400}
CODE, STYLE = (".ts", ".tsx"), (".css",)
# The name of SVG, which nobody fetches.
NAMESPACE = "http://www.w3.org/2000/svg"
# Where an address is only an example: of a server that somebody may have.
EXAMPLE = re.compile(r"\w+://(?:[\w-]+\.)*example(?:\.\w+)?(?![\w.])")
FOREIGN = re.compile(r"(?:https?:)?//[\w-]+\.[\w.-]+|https?://")
# `any` as a type: after a colon, `as`, in <…>, in a union or an array.
ANY = re.compile(r"(?:[:<|&,=]|\bas|=>)\s*any\b(?=\s*(?:[;,)>|&=\]\[{}]|$))")
FORBIDDEN = (
    (re.compile(r"dangerouslySetInnerHTML|\.(?:inner|outer)HTML\b|insertAdjacentHTML"),
     "text in a page is escaped by Preact"),
    (re.compile(r"\beval\(|new Function\("), "the page's rules forbid it"),
    (re.compile(r"@ts-(?:ignore|nocheck|expect-error)"), "types are there to be right"),
    (re.compile(r"^export default\b", re.M), "exports have names"))


def place_of(path, text, at):
    return f"{tree.name(path)}:{text.count(chr(10), 0, at) + 1}"


def without_comments(text):
    """The same length: what is said about code is no code."""
    def blank(found):
        return re.sub(r"[^\n]", " ", found.group(0))
    return re.sub(r"/\*[\s\S]*?\*/|(?<![:\"'])//[^\n]*", blank, text)


def check(path):
    text = tree.text(path)
    lines = text.splitlines()
    if path.suffix != ".svg" and path.suffix != ".html" and SPDX not in (lines or [""])[0]:
        yield f"{tree.name(path)}:1: the first line has to be // {SPDX}"
    most = LONGER.get(tree.name(path), MOST)
    if path.suffix in CODE and len(lines) > most:
        yield f"{tree.name(path)}: {len(lines)} lines, at most {most}: split it by duty"
    for found in FOREIGN.finditer(EXAMPLE.sub("", text.replace(NAMESPACE, ""))):
        yield f"{tree.name(path)}: \"{found.group(0)}\" is on another host"
    if path.suffix in CODE:
        yield from check_code(path, without_comments(text))


def check_code(path, code):
    for pattern, reason in FORBIDDEN:
        for found in pattern.finditer(code):
            yield f"{place_of(path, code, found.start())}: \"{found.group(0)}\": {reason}"
    for found in ANY.finditer(code):
        yield f"{place_of(path, code, found.start())}: a type says what it is, not any"


def check_lock(path):
    for name, package in json.loads(tree.text(path))["packages"].items():
        if "resolved" in package:
            yield f"{tree.name(path)}: {name} names the registry that it came from"
        if name and not package.get("link") and "integrity" not in package:
            yield f"{tree.name(path)}: {name} has no integrity"


def main():
    files = [path for path in tree.files("core/console/src")
             if path.suffix in (*CODE, *STYLE, ".html", ".svg")]
    complaints = [each for path in files for each in check(path)]
    lock = tree.ROOT / "core/console/package-lock.json"
    complaints += check_lock(lock)
    tree.finish("console", len(files), complaints)


if __name__ == "__main__":
    main()
