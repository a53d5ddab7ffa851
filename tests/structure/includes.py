# SPDX-License-Identifier: Apache-2.0
"""Who may include whom: core/allowed_includes.txt between the core's folders; the core never a
plugin; a plugin only runnel/*, net/*, its own folder, plugins/support and libraries; the SDK only
the standard library and itself."""
import re

import tree

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
STANDARD = re.compile(r"[a-z0-9_]+")  # <vector>: no folder, no suffix


def rules(text):
    """The table as {folder: allowed folders} and [(include prefix, places)]."""
    folders, only = {}, []
    for line in text.splitlines():
        line = line.split("#")[0].strip()
        if not line:
            continue
        key, _, values = line.partition(":")
        if key.startswith("only "):
            only.append((key.removeprefix("only ").strip(), values.split()))
        else:
            folders[key.strip()] = set(values.split())
    return folders, only


def circles(folders):
    """Folders that may include each other, however indirectly."""
    reach = {folder: set(allowed) & set(folders) for folder, allowed in folders.items()}
    for _ in folders:
        for targets in reach.values():
            targets |= {far for near in set(targets) for far in reach[near]}
    return [folder for folder, targets in reach.items() if folder in targets]


def folder_of(path):
    """"journal" for core/journal/x.cpp, "main" for core/main.cpp."""
    parts = tree.name(path).split("/")
    return parts[1] if len(parts) > 2 else path.stem


def target_of(include):
    """The folder of core/, or "sdk", that an include names; None for a library or a sibling."""
    first, slash, _ = include.partition("/")
    if first == "runnel" and slash:
        return "sdk"
    return first if slash and (tree.ROOT / "core" / first).is_dir() else None


def check_core(path, include, quote, folders):
    if include.startswith("plugins/"):
        return "the core never includes a plugin"
    own = folder_of(path)
    target = target_of(include)
    if target is None:
        if quote == '"' and "/" not in include and not (path.parent / include).is_file():
            return "is no file of this folder"
        return None
    allowed = folders.get(own, set())
    if target == own or target in allowed or "*" in allowed:
        return None
    return f"core/{own} may include: {' '.join(sorted(allowed)) or 'nothing'}"


def check_plugin(path, include, quote, folders):
    if quote == "<":
        return None  # a library of its own
    first = include.split("/")[0]
    if first in ("runnel", "net"):
        return None
    is_test = path.stem.endswith("_test") or "_test" in path.stem or "tests" in path.parts
    if is_test and first == "tests":
        return None
    plugin = tree.ROOT / "plugins" / path.relative_to(tree.ROOT / "plugins").parts[0]
    if (path.parent / include).is_file() or (plugin / include).is_file():
        return None
    if include.startswith(f"plugins/{plugin.name}/") or include.startswith("plugins/support/"):
        return None
    if (tree.ROOT / "plugins/support" / include).is_file():
        return None
    return "a plugin includes runnel/*, net/*, its own folder and libraries"


def check_sdk(path, include, quote, folders):
    if quote == '"' and include.startswith("runnel/"):
        return None
    if quote == "<" and STANDARD.fullmatch(include):
        return None
    return "the SDK includes the standard library and runnel/* only"


def check_only(path, include, only):
    place = tree.name(path)
    if place.startswith("tests/"):
        return None
    for prefix, places in only:
        if include.startswith(prefix) and not any(place.startswith(p + "/") for p in places):
            if place.startswith("plugins/") and prefix != "boost/dll":
                continue  # a plugin's library is its own affair
            return f"only {' and '.join(places)} may include {prefix}"
    return None


def main():
    folders, only = rules(tree.text(tree.ROOT / "core/allowed_includes.txt"))
    kinds = (("core/", check_core), ("plugins/", check_plugin), ("sdk/include/", check_sdk))
    complaints = [f"core/allowed_includes.txt: there is no folder core/{folder}"
                  for folder in folders
                  if folder != "main" and not (tree.ROOT / "core" / folder).is_dir()]
    complaints += [f"core/allowed_includes.txt: {folder} may include itself by way of others"
                   for folder in circles(folders)]
    checked = 0
    for path in tree.files("core/*.cpp", "core/*.h", "plugins/*.cpp", "plugins/*.h", "sdk/*.h"):
        check = next((c for prefix, c in kinds if tree.name(path).startswith(prefix)), None)
        if check is None:
            continue
        checked += 1
        text = tree.text(path)
        for match in INCLUDE.finditer(text):
            quote, include = match.groups()
            reason = check(path, include, quote, folders) or check_only(path, include, only)
            if reason:
                line = text.count("\n", 0, match.start(1)) + 1
                complaints.append(f"{tree.name(path)}:{line}: includes {include}: {reason}")
    tree.finish("includes", checked, complaints)


if __name__ == "__main__":
    main()
