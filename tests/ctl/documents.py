# SPDX-License-Identifier: Apache-2.0
"""What is written about runnelctl is what it can: the manual page and the completion against the
program's own commands, options and help.

usage: documents.py RUNNELCTL PACKAGING"""
import pathlib
import re
import subprocess
import sys

# A line of --help: an option with its value, or an argument, then what it does.
ENTRY = re.compile(r"^  ((?:-\w,)?--[a-z-]+|[A-Z]+)( [A-Z=]+)? +(.*)$")
COLUMN = 26


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def commands(program):
    """{"stream add": ["--application", …]} of the program itself; "runnelctl" is what is common."""
    lines = output(program, "--print-commands").splitlines()
    return {name: options.split() for name, _, options in (line.partition(":") for line in lines)}


def helped(program, name):
    """{"--name": (value, help)} as --help shows them, and the description."""
    arguments = [] if name == "runnelctl" else name.split()
    text = output(program, *arguments, "--help")
    text = re.sub(rf"\n {{{COLUMN}}}(?=\S)", " ", text)
    found = {}
    for line in text.splitlines():
        if entry := ENTRY.match(line):
            found[entry.group(1).split(",")[-1]] = ((entry.group(2) or "").strip(), entry.group(3))
    found.pop("--help", None)
    return found, text.splitlines()[0]


def manual(page):
    """The same of the manual page: {command: ({"--name": (value, help)}, description)}."""
    found, name, key = {}, None, None
    for line in page.read_text(encoding="utf-8").replace("\\_", "_").splitlines():
        if line.startswith("#"):
            words = re.match(r"## ([a-z -]*[a-z])", line)
            name = words.group(1) if words else "runnelctl" if line == "# OPTIONS" else None
            if name:
                found[name] = ({}, "")
        elif name and (entry := re.match(r"(?:\*-\w\*, )?[*_](--[a-z-]+|[A-Z]+)[*_](?: _(\S+)_)?$", line)):
            key = (entry.group(1), entry.group(2) or "")
        elif name and line.startswith("\t") and key:
            found[name][0][key[0]] = (key[1], line.strip().removesuffix("."))
            key = None
        elif name and line and not found[name][1]:
            found[name] = (found[name][0], line.removesuffix("."))
    found["runnelctl"][0].pop("--help", None)
    return found


def check_manual(program, page, known):
    written = manual(page)
    groups = {name for name in known if any(other.startswith(name + " ") for other in known)}
    for name in sorted(set(known) - groups | set(written)):
        if name not in written or name not in known:
            yield f"the manual page {'has' if name in written else 'has not'} the command '{name}'"
            continue
        options, description = helped(program, name)
        if written[name][0] != options:
            differ = set(written[name][0].items()) ^ set(options.items())
            yield f"'{name}': the manual page and --help differ in {sorted(differ)}"
        if name != "runnelctl" and written[name][1] != description:
            yield f"'{name}': the manual page says '{written[name][1]}', --help '{description}'"


def check_status(program, page):
    shown = re.findall(r"^  (\d)  (.*)$", output(program, "--help"), re.M)
    written = re.findall(r"^\*(\d)\*\n\t(.*)$", page.read_text(encoding="utf-8"), re.M)
    if shown != written or len(shown) != 5:
        yield f"exit status: the manual page has {written}, --help {shown}"


def check_completion(script, known):
    shown = output("bash", "-c", f'source "{script}"; for name in "${{!_runnelctl_options[@]}}"; do '
                   'echo "$name: ${_runnelctl_options[$name]}"; done')
    written = {name: options.split() for name, _, options in
               (line.partition(":") for line in shown.splitlines())}
    for name in sorted(set(known) | set(written)):
        if known.get(name) != written.get(name):
            yield f"completion of '{name}': {written.get(name)}, expected {known.get(name)}"


def completed(script, *words):
    """What bash would offer for the last word. No broker answers here."""
    line = " ".join(f"'{word}'" for word in words)
    shown = output("bash", "-c", f'source "{script}"; runnelctl() {{ return 3; }}; COMP_WORDS=({line}); '
                   'COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _runnelctl; echo "${COMPREPLY[@]}"')
    return shown.split()


def check_offers(script):
    for words, expected in ((("runnelctl", "stre"), ["stream"]),
                            (("runnelctl", "stream", "ta"), ["tail"]),
                            (("runnelctl", "stream", "add", "--dev"), ["--device"]),
                            (("runnelctl", "--json", "dead", "dr"), ["drop"]),
                            (("runnelctl", "stream", "add", "--duplicates", ""), ["all", "best"])):
        if completed(script, *words) != expected:
            yield f"completion offers {completed(script, *words)} for {words}, expected {expected}"


def main(program, packaging):
    page = pathlib.Path(packaging) / "man/runnelctl.1.scd"
    script = pathlib.Path(packaging) / "completions/runnelctl.bash"
    known = commands(program)
    mistakes = [*check_manual(program, page, known), *check_status(program, page),
                *check_completion(script, known), *check_offers(script)]
    print("\n".join(mistakes) if mistakes else f"{len(known)} commands are as they are written down")
    return 1 if mistakes or len(known) < 20 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
