# SPDX-License-Identifier: Apache-2.0
"""clang-tidy over the C++ sources of a build tree, two at a time. A file that was clean is looked at
again only when it, a header of ours that it includes, its compiler flags, .clang-tidy or clang-tidy
itself has changed: build/tidy-cache holds one empty file per clean content."""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import time

import tree

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)
CACHE = tree.ROOT / "build" / "tidy-cache"


def included(path, seen):
    """`path` and every header of the project that it reaches, into `seen`."""
    if path in seen:
        return
    seen.add(path)
    for include in INCLUDE.findall(tree.text(path)):
        for folder in (path.parent, tree.ROOT / "core", tree.ROOT / "sdk/include", tree.ROOT,
                       tree.ROOT / "plugins"):
            header = (folder / include).resolve()
            if header.is_file():
                included(header, seen)
                break


def key(path, command, tool):
    digest = hashlib.sha256()
    seen = set()
    included(path, seen)
    for part in [tool, command, tree.text(tree.ROOT / ".clang-tidy")]:
        digest.update(part.encode() + b"\0")
    for file in sorted(seen):
        digest.update(tree.name(file).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def lint(path, build, mark):
    """The complaints about one file; remembers it when there are none."""
    started = time.monotonic()
    result = subprocess.run(["clang-tidy", "--quiet", "-p", build, path], check=False,
                            capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if result.returncode == 0:
        mark.touch()
        return path, time.monotonic() - started, ""
    return path, time.monotonic() - started, result.stdout + result.stderr


def chosen(wanted, commands):
    """The files to look at: those named, else every source of ours that is no test."""
    if wanted:
        return [pathlib.Path(name).resolve() for name in wanted]
    names = tree.files("core/*.cpp", "plugins/*.cpp", "sdk/*.cpp")
    return [path for path in names if path in commands and "_test" not in path.stem
            and "tests" not in path.relative_to(tree.ROOT).parts]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("files", nargs="*")
    arguments = parser.parse_args()
    build = tree.ROOT / arguments.build
    commands = {pathlib.Path(entry["file"]): entry["command"]
                for entry in json.loads(tree.text(build / "compile_commands.json"))}
    tool = subprocess.run(["clang-tidy", "--version"], check=True, capture_output=True,
                          text=True).stdout
    CACHE.mkdir(parents=True, exist_ok=True)
    files = chosen(arguments.files, commands)
    marks = {path: CACHE / key(path, commands.get(path, ""), tool) for path in files}
    dirty = [path for path in files if not marks[path].exists()]
    print(f"clang-tidy: {len(files)} files, {len(files) - len(dirty)} unchanged since clean",
          flush=True)
    complaints = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        jobs = [pool.submit(lint, path, build, marks[path]) for path in dirty]
        for number, job in enumerate(concurrent.futures.as_completed(jobs), 1):
            path, seconds, complaint = job.result()
            print(f"[{number}/{len(dirty)}] {tree.name(path)} {seconds:.1f} s"
                  f"{' COMPLAINTS' if complaint else ''}", flush=True)
            if complaint:
                complaints.append(complaint)
    tree.finish("clang-tidy", len(files), complaints)


if __name__ == "__main__":
    main()
