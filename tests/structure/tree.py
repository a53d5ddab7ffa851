# SPDX-License-Identifier: Apache-2.0
"""What the structural checks share: the project's own files, and how a check ends."""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def files(*patterns):
    """The project's files, as git knows them: tracked, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *patterns],
        cwd=ROOT, check=True, capture_output=True, text=True).stdout
    paths = sorted({ROOT / name for name in listed.split("\0") if name})
    return [path for path in paths if path.is_file()]


def name(path):
    return path.relative_to(ROOT).as_posix()


def text(path):
    return path.read_text(encoding="utf-8")


def finish(what, checked, complaints):
    """Prints every complaint and ends the program. A check that looked at nothing has failed."""
    for complaint in complaints:
        print(complaint)
    if checked == 0:
        print(f"{what}: there was nothing to check")
    print(f"{what}: {checked} checked, {len(complaints)} complaints")
    sys.exit(1 if complaints or checked == 0 else 0)
