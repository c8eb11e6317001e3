#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks every #include of src and signaling against layers.txt."""
import re
import sys
from pathlib import Path

INCLUDE = re.compile(r'^\s*#\s*include\s+(<[^>]+>|"[^"]+")')


def read_table(path):
    """Returns (folder -> folders it may include, header prefix -> folders that may include it)."""
    layers, externals, problems = {}, {}, []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        line = line.split("#")[0].strip()
        if not line:
            continue
        name, _, rest = line.partition(":")
        if name.startswith("<"):
            externals[name] = set(rest.split())
            continue
        for below in rest.split():
            if below not in layers:
                problems.append(f"{path.name}:{number}: {name} lists {below}, which does not stand above it")
        layers[name] = set(rest.split())
    for prefix, users in externals.items():
        for user in users - set(layers):
            problems.append(f"{path.name}: {prefix} lists {user}, which has no line")
    return layers, externals, problems


def folder_of(root, source, name):
    """The folder that an include written as "name" comes from, or None if there is no such file."""
    if name.startswith("lectern/"):
        return "api" if (root / "include" / name).exists() else None
    for base in (source.parent, root / "src", root):
        if (base / name).exists():
            return str((base / name).resolve().parent.relative_to(root))
    # What the build generates belongs to the folder of the source that includes it by bare name,
    # or to the folder written before it.
    if name.endswith("_gen.h"):
        parent = Path(name).parent
        return str(source.parent.relative_to(root)) if parent == Path(".") else (
            str(parent) if (root / parent).is_dir() else str(Path("src") / parent))
    return None


def check_include(root, source, written, table):
    layers, externals, _ = table
    here = str(source.parent.relative_to(root))
    if written.startswith("<"):
        for prefix, users in externals.items():
            if written.startswith(prefix) and here not in users:
                yield f"{written}: only {' '.join(sorted(users))} may include it"
        return
    name = written.strip('"')
    target = folder_of(root, source, name)
    if ".." in Path(name).parts:
        yield f"{written}: is written from src/, include/ or the root, never with .."
    elif target is None:
        yield f"{written}: no such file"
    elif target != here and target not in layers[here]:
        yield f"{written}: {here} may not include {target}"
    elif target != here and name.endswith("_priv.h"):
        yield f"{written}: is private to {target}"


def check(root):
    table = read_table(root / "tests" / "lint" / "layers.txt")
    layers, _, problems = table
    problems = list(problems)
    for top in ("src", "signaling"):
        for source in sorted((root / top).rglob("*.[ch]")):
            here = str(source.parent.relative_to(root))
            if here not in layers:
                problems.append(f"{source.relative_to(root)}: the folder {here} has no line in layers.txt")
                continue
            for number, line in enumerate(source.read_text().splitlines(), 1):
                match = INCLUDE.match(line)
                if match:
                    for problem in check_include(root, source, match[1], table):
                        problems.append(f"{source.relative_to(root)}:{number}: {problem}")
    return problems


if __name__ == "__main__":
    found = check(Path(__file__).resolve().parents[2])
    print("\n".join(found))
    sys.exit(bool(found))
