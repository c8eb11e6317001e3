#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks the form of every file in signaling/schema, as its README.md tells it."""
import json
import sys
from pathlib import Path

KEYS = {"boolean": set(), "integer": {"min", "max"}, "string": {"max"}, "enum": {"values"},
        "object": {"of"}, "array": {"of", "max"}}


def no_duplicates(pairs):
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise ValueError(f"a key twice in {names}")
    return dict(pairs)


def check_field(name, field, types):
    kind = field.get("type")
    if kind not in KEYS:
        yield f"{name}: no such type: {kind}"
        return
    want = KEYS[kind] | {"type", "doc"}
    if set(field) - {"optional"} != want:
        yield f"{name}: keys are {sorted(field)}, not {sorted(want)}"
    elif "of" in want and field["of"] not in types and (kind, field["of"]) != ("array", "string"):
        yield f"{name}: no such type in types.json: {field['of']}"
    elif kind == "integer" and not -2**53 < field["min"] <= field["max"] < 2**53:
        yield f"{name}: min and max are not exact in JSON"


def check_fields(name, fields, types):
    for key, field in fields.items():
        yield from check_field(f"{name}.{key}", field, types)


def check_message(path, message, types, errors):
    name = path.name
    if message.get("message") != path.stem:
        yield f"{name}: its message is {message.get('message')}"
    want = {"message", "from", "doc", "fields"}
    if message.get("from") == "client":
        want |= {"reply", "errors"}
        yield from check_fields(f"{name} reply", message.get("reply", {}), types)
        for error in set(message.get("errors", [])) - errors:
            yield f"{name}: no such error: {error}"
    elif message.get("from") != "server":
        yield f"{name}: from is client or server"
    if set(message) != want:
        yield f"{name}: keys are {sorted(message)}, not {sorted(want)}"
    yield from check_fields(name, message.get("fields", {}), types)


def load(path, problems):
    try:
        return json.loads(path.read_text(), object_pairs_hook=no_duplicates)
    except ValueError as error:
        problems.append(f"{path.name}: {error}")
        return {}


def check(root):
    folder = root / "signaling" / "schema"
    problems = []
    types = load(folder / "types.json", problems)
    errors = set(load(folder / "errors.json", problems))
    for name, kind in types.items():
        problems += check_fields(f"types.json {name}", kind["fields"], types)
    for path in sorted(folder.glob("*.json")):
        if path.stem not in ("types", "errors"):
            problems += check_message(path, load(path, problems), types, errors)
    return problems


if __name__ == "__main__":
    found = check(Path(__file__).resolve().parents[2])
    print("\n".join(found))
    sys.exit(bool(found))
