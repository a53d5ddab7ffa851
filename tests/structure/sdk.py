# SPDX-License-Identifier: Apache-2.0
"""What a plugin author has to read stays small: at most 9 headers and 900 lines, and each header
compiles alone (the compiler is given by --compiler)."""
import argparse
import concurrent.futures
import subprocess

import tree

HEADERS, LINES = 9, 900


def compile_alone(compiler, path):
    """What the compiler says about a file that includes nothing else."""
    include = path.relative_to(tree.ROOT / "sdk/include").as_posix()
    return subprocess.run(
        [compiler, "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Werror",
         "-I", tree.ROOT / "sdk/include", "-x", "c++", "-"],
        input=f'#include "{include}"\n', capture_output=True, text=True, check=False).stderr


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--compiler", required=True)
    compiler = parser.parse_args().compiler
    headers = tree.files("sdk/include/*.h")
    lines = sum(len(tree.text(path).splitlines()) for path in headers)
    complaints = []
    if len(headers) > HEADERS:
        complaints.append(f"sdk/include: {len(headers)} headers, at most {HEADERS}")
    if lines > LINES:
        complaints.append(f"sdk/include: {lines} lines, at most {LINES}")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for path, errors in zip(headers, pool.map(lambda p: compile_alone(compiler, p), headers)):
            if errors:
                complaints.append(f"{tree.name(path)}: does not compile alone:\n{errors}")
    print(f"sdk: {lines} lines")
    tree.finish("sdk", len(headers), complaints)


if __name__ == "__main__":
    main()
