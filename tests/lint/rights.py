#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The table of rights in signaling/API.md says what src/academy/access.def says. rights.py --write makes it so."""
import re
import sys
from pathlib import Path

DEFINITION, ROLES, PAGE = "src/academy/access.def", "src/academy/access.h", "signaling/API.md"
BEGIN, END = "<!-- rights: tests/lint/rights.py --write -->\n", "<!-- end of rights -->\n"


def roles(root):
    """The roles that each name stands for, in the order of their bits."""
    text = (root / ROLES).read_text()
    names = {name: [name.lower()] for name in re.findall(r"ACCESS_(\w+) = 1 << \d+", text)}
    for name, parts in re.findall(r"ACCESS_(\w+) = (ACCESS_\w+(?: \| ACCESS_\w+)*),", text):
        names[name] = [role for part in re.findall(r"ACCESS_(\w+)", parts) for role in names[part]]
    return names


def table(root):
    known = roles(root)
    order = [name.lower() for name in known]
    yield "| right | of what the first id names | roles |\n|---|---|---|\n"
    for row in re.findall(r"^ACCESS_RIGHT\((\w+), (\w+), (\w+), ([^)]+)\)$", (root / DEFINITION).read_text(), re.M):
        object, action, found_by = (word.lower() for word in row[:3])
        who = {role for part in re.findall(r"ACCESS_(\w+)", row[3]) for role in known[part]}
        yield f"| {object} {action} | {found_by} | {', '.join(sorted(who, key=order.index))} |\n"


def replaced(root):
    page = (root / PAGE).read_text()
    before, rest = page.split(BEGIN)
    return page, before + BEGIN + "".join(table(root)) + END + rest.split(END)[1]


def check(root):
    if not (root / PAGE).exists():
        return
    if BEGIN not in (root / PAGE).read_text():
        yield f"{PAGE} has no table of rights"
        return
    now, right = replaced(root)
    if now != right:
        yield f"{PAGE}: the table of rights is not as {DEFINITION} is (tests/lint/rights.py --write)"


if __name__ == "__main__":
    ROOT = Path(__file__).resolve().parents[2]
    if sys.argv[1:] == ["--write"]:
        (ROOT / PAGE).write_text(replaced(ROOT)[1])
    sys.exit("\n".join(check(ROOT)) or 0)
