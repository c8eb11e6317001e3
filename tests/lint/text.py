#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a line of the project may not hold: banned calls, locks outside their place, stray text."""
import re
import sys
from pathlib import Path

TOPS = ("include", "src", "signaling", "tests", "web-client", "config")
SKIP = {"node_modules", "dist", "__pycache__", "corpus"}
CODE = (".c", ".h", ".ts", ".tsx", ".mjs", ".py", ".sh", ".css")

BANNED = {
    r"strcpy|strcat|sprintf|vsprintf|stpcpy": "has no bound",
    r"strncpy|strncat": "may leave no NUL; use snprintf or memcpy",
    r"gets|alloca|strtok|system|popen|tmpnam|mktemp": "is not safe",
    r"atoi|atol|atoll|atof": "cannot tell an error",
    r"rand|srand|random": "is guessable; use base/random",
}
SSCANF_S = re.compile(r'\bf?s?scanf\s*\([^;]*%(?:\d*)s')
LOCKS = re.compile(r"\b(pthread_(?:mutex|rwlock|spin|cond|barrier)\w*|mtx_\w+|cnd_\w+|atomic_\w+|_Atomic|"
                   r"__atomic_\w+|__sync_\w+|sem_(?:init|wait|post))\b")
LOCK_FILES = ("src/base/ring.", "src/base/log.")
# A pool of threads for blocking work waits on a queue; it holds no lock while it works.
LOCK_FILES_WAITING = ("signaling/pool.", "src/recorder/disk.")
PLACES = re.compile(r"(?<![\w.])/(?:work|farm|home|root|Users)/\w|\bBRIEF\.md\b")


def without_comments(text):
    """Blanks comments and string literals, keeping the lines."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match[0])
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.S)


def files(root):
    for top in TOPS:
        for path in sorted((root / top).rglob("*")):
            if path.is_file() and not set(path.relative_to(root).parts) & SKIP and ".gen." not in path.name:
                yield path


def line_of(text, index):
    return text.count("\n", 0, index) + 1


def banned_calls(root):
    for path in files(root):
        if path.suffix not in (".c", ".h"):
            continue
        text = path.read_text()
        code = without_comments(text)
        for names, why in BANNED.items():
            for match in re.finditer(rf"(?<![\w.>])({names})\s*\(", code):
                yield f"{path.relative_to(root)}:{line_of(code, match.start())}: {match[1]} {why}"
        for match in SSCANF_S.finditer(text):
            yield f"{path.relative_to(root)}:{line_of(text, match.start())}: %s without a width"


def locks(root):
    for path in files(root):
        rel = str(path.relative_to(root))
        if path.suffix not in (".c", ".h") or rel.startswith(("tests/",) + LOCK_FILES + LOCK_FILES_WAITING):
            continue
        code = without_comments(path.read_text())
        for match in LOCKS.finditer(code):
            yield f"{rel}:{line_of(code, match.start())}: {match[1]} only in base/ring and base/log"


def licence(root):
    for path in files(root):
        head = path.read_text(errors="replace")[:200].splitlines()[:2] if path.suffix in CODE else None
        if head is not None and not any("SPDX-License-Identifier: MIT" in line for line in head):
            yield f"{path.relative_to(root)}: no SPDX line at its head"


def places(root):
    """Paths of somebody's machine; the project runs anywhere."""
    extra = [root / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Makefile", "meson.build")]
    for path in [*files(root), *(path for path in extra if path.exists())]:
        if path.resolve() == Path(__file__).resolve() or path.suffix in (".png", ".mo"):
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            match = PLACES.search(line)
            if match:
                yield f"{path.relative_to(root)}:{number}: {match[0]}"


CHECKS = {"banned calls": banned_calls, "locks": locks, "licence lines": licence, "places": places}

if __name__ == "__main__":
    found = [problem for check in CHECKS.values() for problem in check(Path(__file__).resolve().parents[2])]
    print("\n".join(found))
    sys.exit(bool(found))
