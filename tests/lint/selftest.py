# SPDX-License-Identifier: MIT
"""Plants one fault after another in a small tree and asks each lint whether it sees it."""
import json
import tempfile
from pathlib import Path

import layers
import rights
import schema
import sizes
import text

SPDX = "/* SPDX-License-Identifier: MIT */\n"
CLEAN = {
    "tests/lint/layers.txt": "api:\nsrc/base: api\nsrc/net: src/base\nsrc/ice: src/base\nsrc/academy: src/base\n"
                             "<sys/epoll.h>: src/net\n",
    "tests/lint/sizes.txt": "",
    "include/lectern/types.h": SPDX,
    "src/base/a.h": SPDX + '#include "lectern/types.h"\n#include <stdint.h>\n',
    "src/base/a_priv.h": SPDX,
    "src/base/a.c": SPDX + '#include "base/a.h"\n#include "base/a_priv.h"\nint a(void)\n{\n\treturn 0;\n}\n',
    "src/net/loop.c": SPDX + '#include <sys/epoll.h>\n#include "base/a.h"\n',
    "src/ice/b.c": SPDX + '/* strcpy(a, b) in a comment, and */ const char *s = "system(1)";\n',
    "src/academy/access.h": SPDX + "enum { ACCESS_ADMIN = 1 << 0 };\n",
    "src/academy/access.def": SPDX + "ACCESS_RIGHT(SITE, SEE, SITE, ACCESS_ADMIN)\n",
    "signaling/API.md": rights.BEGIN + "| right | of what the first id names | roles |\n|---|---|---|\n"
                        "| site see | site | admin |\n" + rights.END,
    "signaling/schema/types.json": json.dumps({"line": {"doc": "", "fields": {
        "at": {"type": "integer", "min": 0, "max": 9, "doc": ""}}}}),
    "signaling/schema/errors.json": json.dumps({"too_fast": ""}),
    "signaling/schema/chat.json": json.dumps({"message": "chat", "from": "client", "doc": "", "fields": {
        "text": {"type": "string", "max": 9, "doc": ""}}, "reply": {}, "errors": ["too_fast"]}),
}


def all_checks(root):
    yield from layers.check(root)
    yield from sizes.check(root)
    yield from rights.check(root)
    yield from schema.check(root)
    for check in text.CHECKS.values():
        yield from check(root)


def seen(changes, expected):
    """Problems of the self-test itself: none if the fault, and it alone, is reported."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, content in {**CLEAN, **changes}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(content)
        found = list(all_checks(root))
    if expected is None:
        return found
    if len(found) == 1 and expected in found[0]:
        return []
    return [f"expected one problem with '{expected}', got {found}"]


def with_line(name, line):
    return {name: CLEAN[name] + line + "\n"}


def schema_with(**change):
    return {"signaling/schema/chat.json": json.dumps({**json.loads(CLEAN["signaling/schema/chat.json"]), **change})}


LONG_FUNCTION = "int f(void)\n{\n" + "\t;\n" * 70 + "}\n"

PLANTED = {
    "a right that the page tells otherwise": (
        {"src/academy/access.def": SPDX + "ACCESS_RIGHT(SITE, CHANGE, SITE, ACCESS_ADMIN)\n"}, "table of rights"),
    "nothing in a clean tree": ({}, None),
    "an include of a folder beside": (with_line("src/ice/b.c", '#include "net/loop.c"'),
                                      "src/ice may not include src/net"),
    "an include of a folder above": (with_line("src/base/a.c", '#include "net/loop.c"'),
                                     "src/base may not include src/net"),
    "a folder without a line": ({"src/new/x.c": SPDX}, "src/new has no line"),
    "a table that points upward": ({"tests/lint/layers.txt": "src/base: api\napi:\nsrc/net: src/base\nsrc/academy: src/base\n"
                                    "src/ice: src/base\n<sys/epoll.h>: src/net\n"},
                                   "does not stand above it"),
    "a library outside its folder": (with_line("src/ice/b.c", "#include <sys/epoll.h>"),
                                     "only src/net may include it"),
    "a private header outside its folder": (with_line("src/net/loop.c", '#include "base/a_priv.h"'),
                                            "is private to src/base"),
    "an include by way of ..": (with_line("src/net/loop.c", '#include "../base/a.h"'), "never with .."),
    "a header that is not there": (with_line("src/net/loop.c", '#include "base/gone.h"'), "no such file"),
    "a long function": (with_line("src/ice/b.c", LONG_FUNCTION), "src/ice/b.c:f: 73 lines"),
    "a long C file": (with_line("src/ice/b.c", "\n" * 700), "src/ice/b.c: 70"),
    "a long TypeScript file": ({"web-client/src/a.ts": "// SPDX-License-Identifier: MIT\n" + "\n" * 400},
                               "web-client/src/a.ts: 401"),
    "an allowance that grew": ({"tests/lint/sizes.txt": "src/ice/b.c:f 72\n",
                                **with_line("src/ice/b.c", LONG_FUNCTION)}, "73 lines, 72 allowed"),
    "an allowance that is too large": ({"tests/lint/sizes.txt": "src/ice/b.c:f 74\n",
                                        **with_line("src/ice/b.c", LONG_FUNCTION)}, "shrink the entry"),
    "an allowance without need": ({"tests/lint/sizes.txt": "src/ice/b.c:f 74\n"}, "shrink the entry"),
    "a banned call": (with_line("src/ice/b.c", "void f(void) { strcpy(a, b); }"), "b.c:3: strcpy has no bound"),
    "scanf of %s": (with_line("src/ice/b.c", 'void f(void) { sscanf(a, "%s", b); }'), "%s without a width"),
    "a lock": (with_line("src/ice/b.c", "void f(void) { pthread_mutex_lock(0); }"), "pthread_mutex_lock only in"),
    "an atomic": (with_line("src/ice/b.c", "static _Atomic int x;"), "_Atomic only in"),
    "no licence line": ({"src/ice/b.c": "int b;\n"}, "no SPDX line"),
    "a path of somebody's machine": (with_line("src/ice/b.c", "/* see " + "/ho" + "me/jo/lectern */"), "b.c:3: /ho"),
    "an unknown type in the schema": (schema_with(fields={"a": {"type": "float", "doc": ""}}), "no such type: float"),
    "a string without limit in the schema": (schema_with(fields={"a": {"type": "string", "doc": ""}}), "keys are"),
    "a wrong name in the schema": (schema_with(message="chap"), "its message is chap"),
    "an unknown error in the schema": (schema_with(errors=["oops"]), "no such error: oops"),
    "a reference to nothing in the schema": (
        schema_with(fields={"a": {"type": "object", "of": "lime", "doc": ""}}), "no such type in types.json: lime"),
}


def cases():
    for name, (changes, expected) in PLANTED.items():
        yield name, lambda changes=changes, expected=expected: seen(changes, expected)
