#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs every lint over the project, and first each lint over planted faults.

Prints one line a check, "ok <name>" or "not ok <name>", as the C compiler, clang-format and ctags
of Debian 12 see it. Exit code 1 if any is not ok.
"""
import argparse
import json
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import layers
import rights
import schema
import selftest
import sizes
import text

ROOT = Path(__file__).resolve().parents[2]


def own_sources(root, *suffixes):
    listed = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard"],
                            capture_output=True, text=True, check=True).stdout.splitlines()
    return [root / name for name in sorted(listed)
            if Path(name).suffix in suffixes and (root / name).exists()]


def clang_format(root):
    done = subprocess.run(["clang-format-14", "--dry-run", *own_sources(root, ".c", ".h")],
                          capture_output=True, text=True, cwd=root)
    found = re.findall(r"^(.+?):(\d+):\d+: warning", done.stderr, re.M)
    for name, line in {name: line for name, line in reversed(found)}.items():
        yield f"{Path(name).relative_to(root)}:{line}: clang-format-14 lays it out otherwise (make format)"


def compile_flags(build):
    """Include folders and defines of all units together, as meson gave them to the compiler."""
    flags = {}
    for unit in json.loads((build / "compile_commands.json").read_text()):
        for word in shlex.split(unit["command"]):
            if word.startswith(("-I", "-D", "-isystem")) and not word.endswith(".p"):
                flags[word] = None
    return list(flags)


def headers(root, build):
    """Each header compiles alone."""
    flags = compile_flags(build)

    def compile_alone(path):
        return path, subprocess.run(["cc", "-std=gnu17", "-fsyntax-only", "-Wall", "-Werror", *flags,
                                     "-x", "c", "-include", path, "/dev/null"],
                                    capture_output=True, text=True, cwd=build)

    with ThreadPoolExecutor(2) as pool:
        for path, done in pool.map(compile_alone, own_sources(root, ".h")):
            if done.returncode:
                yield f"{path.relative_to(root)} does not compile alone: {done.stderr.splitlines()[0]}"


def checks(build):
    for name, planted in selftest.cases():
        yield f"finds {name}", planted
    yield "layers", lambda: layers.check(ROOT)
    yield "sizes", lambda: sizes.check(ROOT)
    for name, check in text.CHECKS.items():
        yield name, lambda check=check: check(ROOT)
    yield "rights", lambda: rights.check(ROOT)
    yield "schema", lambda: schema.check(ROOT)
    yield "clang-format", lambda: clang_format(ROOT)
    yield "headers", lambda: headers(ROOT, build)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build")
    args = parser.parse_args()
    bad = 0
    for name, check in checks((ROOT / args.build).resolve()):
        problems = list(check())
        print("not ok" if problems else "ok", name)
        for problem in problems:
            print("   ", problem)
        bad += bool(problems)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
