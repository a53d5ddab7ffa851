# SPDX-License-Identifier: Apache-2.0
"""Every command that a document shows in a ```sh block is one that a test or .ci/run runs, or one
that is listed here with the reason why none can. A relative link leads to a file."""
import re

import tree

FENCE = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")

# What runs the command; the file has to contain the words.
RUN = {
    "export RUNNEL_SOCKET=DATA/admin.sock": ("tests/system/ctl_streams.py", "RUNNEL_SOCKET"),
    "build/dev/bin/runnelctl stream add --application 70B3D57ED0000001 --protocol websocket "
    "--format json": ("tests/system/ctl_streams.py", '"stream", "add"'),
    "build/dev/bin/runnelctl stream list": ("tests/system/ctl_streams.py", '"stream", "list"'),
    "build/dev/bin/runnelctl stream show 70B3D57ED0000001/websocket":
        ("tests/system/ctl_streams.py", '"stream", "show"'),
    "build/dev/bin/runnelctl stream rotate-token 70B3D57ED0000001/websocket":
        ("tests/system/ctl_streams.py", '"stream", "rotate-token"'),
    "build/dev/bin/runnelctl stream tail 70B3D57ED0000001/websocket":
        ("tests/system/ctl_messages.py", '"stream", "tail"'),
    "build/dev/bin/runnelctl export backup":
        ("tests/system/ctl_export_apply.py", '"export", backup'),
    "build/dev/bin/runnelctl apply -f backup":
        ("tests/system/ctl_export_apply.py", '"apply", "-f", backup'),
    "./dev demo": (".ci/run", "./dev demo --documents"),
    "./dev test": (".ci/run", "./dev test"),
    "./dev test --asan": (".ci/run", "./dev test --asan"),
    "./dev build": (".ci/run", "./dev test"),
    "./dev format": (".ci/run", "./dev format --check"),
    "./dev lint": (".ci/run", "./dev lint"),
    "build/dev/bin/runneld --config FILE --check": ("tests/system/check_config.py", "--check"),
    "build/dev/bin/runneld --config FILE --list-plugins":
        ("tests/system/list_plugins.py", "--list-plugins"),
    "build/dev/bin/runneld --config FILE --describe-plugin protocol websocket":
        ("tests/system/list_plugins.py", "--describe-plugin"),
    "build/dev/bin/runneld --config FILE --books": ("tests/system/runnel.py", "--books"),
    "npx wscat -n -c 'wss://127.0.0.1:8443/?token=TOKEN'": ("tests/system/clients.py", "wscat"),
    "mosquitto_sub -h 127.0.0.1 -p 8883 --cafile CERTIFICATE -u TOKEN -q 1 -v "
    "-t '70B3D57ED0000001/+/up'": ("tests/system/mqtt_client.py", "mosquitto_sub"),
    "mosquitto_pub -h 127.0.0.1 -p 8883 --cafile CERTIFICATE -u TOKEN -q 1 "
    "-t APPEUI/DEVICEEUI/down -m '{\"Data\":\"01FF\"}'":
        ("tests/system/mqtt_client.py", "mosquitto_pub"),
    "/usr/bin/python3 tests/support/watch.py 'wss://127.0.0.1:8443/?token=TOKEN'":
        (".ci/run", "./dev demo --documents"),
}
# Shown for people only: needs a checkout of theirs, or changes the machine.
SHOWN = {
    "git clone URL runnel && cd runnel",
    "./dev test -R PATTERN",
    "./dev test --long",
    "./dev bench",
    "git config core.hooksPath .githooks",
}


def commands(text):
    for block in FENCE.findall(text):
        for line in block.splitlines():
            line = line.split(" # ")[0].strip()
            if line and not line.startswith("#"):
                yield line


def check(path):
    place, text = tree.name(path), tree.text(path)
    for command in commands(text):
        if command in SHOWN:
            continue
        if command not in RUN:
            yield f"{place}: no test runs `{command}` (see tests/structure/readme_commands.py)"
            continue
        runner, words = RUN[command]
        if words not in tree.text(tree.ROOT / runner):
            yield f"{place}: {runner} should run `{command}` but does not contain \"{words}\""
    for link in LINK.findall(text):
        if "://" not in link and not (path.parent / link).exists():
            yield f"{place}: the link {link} leads nowhere"


def main():
    documents = tree.files("*.md")
    tree.finish("documents", len(documents), [c for path in documents for c in check(path)])


if __name__ == "__main__":
    main()
