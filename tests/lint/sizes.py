#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Functions of at most 70 lines, C files of at most 700, TypeScript files of at most 400.

sizes.txt names what is over its limit and by how much ("src/a.c:main 82"). It may only shrink: an
entry that is larger than what it names, or no longer needed, is an error too.
"""
import json
import subprocess
import sys
from pathlib import Path

FUNCTION, FILE, SCRIPT = 70, 700, 400
TOPS = ("include", "src", "signaling", "tests", "web-client/src")
SKIP = ("node_modules", "dist", "corpus")


def sources(root, *suffixes):
    for top in TOPS:
        for path in sorted((root / top).rglob("*")):
            rel = path.relative_to(root)
            if path.suffix in suffixes and not set(rel.parts) & set(SKIP) and ".gen." not in path.name:
                yield path


def function_sizes(root):
    paths = [str(path) for path in sources(root, ".c", ".h")]
    if not paths:
        return
    tags = subprocess.run(["ctags", "--output-format=json", "--fields=NneF", "--c-kinds=f", "-L", "-"],
                          input="\n".join(paths), capture_output=True, text=True, check=True)
    for line in tags.stdout.splitlines():
        tag = json.loads(line)
        if "end" in tag:
            yield f"{Path(tag['path']).relative_to(root)}:{tag['name']}", tag["end"] - tag["line"] + 1


def oversized(root):
    found = {name: lines for name, lines in function_sizes(root) if lines > FUNCTION}
    for path in sources(root, ".c", ".h", ".py", ".ts", ".tsx", ".mjs", ".css"):
        lines = len(path.read_text().splitlines())
        limit = SCRIPT if path.suffix in (".ts", ".tsx", ".mjs") else FILE
        if lines > limit:
            found[str(path.relative_to(root))] = lines
    return found


def check(root):
    allowed = {}
    for line in (root / "tests" / "lint" / "sizes.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            name, lines = line.split()
            allowed[name] = int(lines)
    found = oversized(root)
    problems = [f"{name}: {lines} lines" + (f", {allowed[name]} allowed" if name in allowed else "")
                for name, lines in found.items() if lines > allowed.get(name, 0)]
    problems += [f"sizes.txt: {name} is {found.get(name, 'within its limit')} now: shrink the entry"
                 for name, lines in allowed.items() if found.get(name, 0) < lines]
    return problems


if __name__ == "__main__":
    found = check(Path(__file__).resolve().parents[2])
    print("\n".join(found))
    sys.exit(bool(found))
