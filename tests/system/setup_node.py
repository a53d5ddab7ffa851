# SPDX-License-Identifier: Apache-2.0
"""Installs the npm packages of package-lock.json into the build tree, once. Needs the network once
per lock file; does nothing when they are there already."""
import filecmp
import pathlib
import shutil
import subprocess
import sys

import runnel

HERE = pathlib.Path(__file__).resolve().parent
TARGET = runnel.BUILD / "node"


def main():
    installed = TARGET / "installed.json"
    lock = HERE / "package-lock.json"
    if installed.is_file() and filecmp.cmp(installed, lock, shallow=False):
        print("node: the packages are there")
        return
    npm = shutil.which("npm")
    if npm is None:
        runnel.skip("there is no npm, so clients of Node.js are not tried")
    TARGET.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, TARGET / name)
    done = subprocess.run([npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=TARGET,
                          check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        sys.exit("node: npm ci failed; it needs the network the first time")
    shutil.copy(lock, installed)


if __name__ == "__main__":
    main()
