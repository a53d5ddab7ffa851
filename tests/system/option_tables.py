#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each plugin's README has the option table that its descriptor has.

usage: option_tables.py RUNNELD PLUGIN_SOURCES PLUGIN_FILES

A table is one whose first column is headed "option" or "setting", or "name" below a heading with one
of these words; further columns are compared by their names: type, default, required, secret, meaning (or help). Backticks do not count, "|" in a
cell is written "\\|", an empty default is none.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

KINDS = ("protocol", "format", "codec", "network")


def cells(line):
    row = line.strip().removeprefix("|").removesuffix("|")
    parts = re.split(r"(?<!\\)\|", row)
    return [part.replace("\\|", "|").replace("`", "").strip() for part in parts]


def tables(readme):
    """{"option": [{column: cell}], "setting": […]} as the README has them."""
    found = {"option": [], "setting": []}
    heading, columns = "", None
    for line in readme.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            heading = line.lower()
        if not line.startswith("|"):
            columns = None
        elif columns is None:
            columns = [cell.lower() for cell in cells(line)]
            if columns[0] == "name":
                named = re.search("option|setting", heading)
                columns[0] = named.group() if named else "name"
        elif columns[0] in found and not re.fullmatch(r"[|:\s-]+", line):
            found[columns[0]].append(dict(zip(columns, cells(line))))
    return found


def yes_or_no(flag):
    return "yes" if flag else "no"


def differences(kind, written, described):
    """What a reader of the README would get wrong."""
    names = [row[kind] for row in written]
    expected = [option["name"] for option in described]
    if names != expected:
        yield f"{kind}s are {names} in the README, {expected} in the plugin"
        return
    for row, option in zip(written, described):
        default = option["default"] or ""
        checks = {
            "type": option["type"],
            "default": default.replace("`", ""),
            "required": yes_or_no(option["required"]),
            "secret": yes_or_no(option["secret"]),
            "meaning": option["help"].replace("`", ""),
            "help": option["help"].replace("`", ""),
        }
        for column, value in checks.items():
            cell = row.get(column)
            if cell is None:
                continue
            if column in ("required", "secret"):
                cell = cell or "no"
            if column == "default" and cell in ("-", '""'):
                cell = ""
            if cell != value:
                yield f"{kind} {option['name']}: {column} is '{cell}' in the README, '{value}' in the plugin"


def describe(runneld, config, folder):
    kind, name = folder.name.split("_", 1)
    output = subprocess.run([runneld, "--config", config, "--describe-plugin", kind, name, "--json"],
                            capture_output=True, text=True, timeout=60, check=False)
    if output.returncode != 0:
        raise RuntimeError(output.stderr.strip() or f"status {output.returncode}")
    return json.loads(output.stdout)


def check(runneld, config, folder):
    readme = folder / "README.md"
    if not readme.exists():
        return ["has no README.md"]
    try:
        plugin = describe(runneld, config, folder)
    except (RuntimeError, ValueError) as error:
        return [f"cannot be described: {error}"]
    written = tables(readme)
    return [*differences("option", written["option"], plugin["options"]),
            *differences("setting", written["setting"], plugin["settings"])]


def main(runneld, sources, files):
    folders = [folder for folder in sorted(pathlib.Path(sources).iterdir())
               if folder.is_dir() and folder.name.split("_", 1)[0] in KINDS and "_" in folder.name]
    mistakes = []
    with tempfile.TemporaryDirectory() as directory:
        config = pathlib.Path(directory) / "runnel.yaml"
        config.write_text(json.dumps({"data": directory, "plugins": [files]}), encoding="utf-8")
        for folder in folders:
            mistakes += [f"{folder.name}: {text}" for text in check(runneld, str(config), folder)]
    print("\n".join(mistakes) if mistakes else f"{len(folders)} plugins agree with their READMEs")
    return 1 if mistakes or not folders else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
