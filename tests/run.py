#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the parts of the test suite and ends with one line, "N passed, N failed".

What is counted is the single test case: a cmocka case, a lint check, a fuzz target, a test of the
web client, a class in a browser. A part that ends badly without naming a failed case counts as one
failure, so that a crash can never look green. Logs and screenshots go to build/test-output.
"""
import argparse
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIMIT_S = {"build": 900, "lint": 300, "unit": 600, "fuzz": 600, "web": 300, "size": 60, "e2e": 1200, "interop": 400}
SLOWER = 4  # what a sanitizer may cost, of every limit
ANSI = re.compile(r"\x1b\[[0-9;]*m")


class Suite:
    def __init__(self, build, sanitize):
        self.build = build
        self.sanitize = sanitize
        self.output = ROOT / build / "test-output"
        self.output.mkdir(parents=True, exist_ok=True)

    def command(self, part, argv, cwd=ROOT, env=None, quiet=False):
        """Runs argv, shows and logs what it prints; returns its exit code and its output."""
        env = dict(env or os.environ, NO_COLOR="1", FORCE_COLOR="0")
        child = subprocess.Popen(argv, cwd=cwd, env=env, text=True, errors="replace",
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, start_new_session=True)
        limit_s = LIMIT_S[part] * (SLOWER if self.sanitize else 1)
        limit = threading.Timer(limit_s, os.killpg, (child.pid, signal.SIGKILL))
        limit.start()
        lines = []
        with (self.output / f"{part}.log").open("w") as log:
            for line in child.stdout:
                lines.append(ANSI.sub("", line))
                log.write(lines[-1])
                log.flush()
                if not quiet:
                    print("  ", line, end="", flush=True)
        code = child.wait()
        if not limit.is_alive():
            print(f"   stopped: took longer than {limit_s} s")
        limit.cancel()
        if code and quiet:
            print("".join(lines[-40:]))
        return code, "".join(lines)

    def part_build(self):
        """Warnings are errors here, and only here: another compiler must not stop a user."""
        if self.sanitize and not (ROOT / self.build / "build.ninja").exists():
            code, _ = self.command("build", [
                "meson", "setup", self.build, f"-Db_sanitize={self.sanitize}", "-Db_lundef=false",
                "-Dbuildtype=debug", "-Doptimization=1"], quiet=True)
            if code:
                return 0, 1
        if not self.sanitize:
            code, _ = self.command("build", ["make", "build"], quiet=True)
            if code:
                return 0, 1
        code, text = self.command("build", ["ninja", "-C", self.build, *self.targets()], quiet=True)
        warned = re.findall(r"^.*: warning: .*$", text, re.M)
        print("".join(f"   {line}\n" for line in warned), end="")
        return (1, 0) if code == 0 and not warned else (0, 1)

    def introspect(self, what):
        return json.loads(subprocess.run(["meson", "introspect", self.build, what], cwd=ROOT,
                                         stdout=subprocess.PIPE, check=True, text=True).stdout)

    def targets(self):
        """Of a sanitized build: what the unit tests run, which is two thirds of it."""
        if not self.sanitize:
            return []
        files = {target["id"]: target["filename"] for target in self.introspect("--targets")}
        return sorted({os.path.relpath(file, ROOT / self.build)
                       for test in self.introspect("--tests") for needed in test["depends"]
                       if {"unit", "sim"} & {suite.split(":")[-1] for suite in test["suite"]}
                       for file in files[needed]})

    def part_lint(self):
        code, text = self.command("lint", ["tests/lint/run.py", "--build", self.build])
        return counted(code, len(re.findall(r"^ok ", text, re.M)),
                       len(re.findall(r"^not ok ", text, re.M)))

    def part_unit(self):
        return self.meson("unit", ["--suite", "unit", "--suite", "sim"])

    def part_fuzz(self):
        return self.meson("fuzz", ["--suite", "fuzz-smoke"])

    def meson(self, part, which):
        log = ROOT / self.build / "meson-logs" / "testlog.json"
        log.unlink(missing_ok=True)
        env = dict(os.environ, ASAN_OPTIONS="detect_leaks=1:abort_on_error=1",
                   UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1", TSAN_OPTIONS="halt_on_error=1")
        if self.sanitize:
            which = [*which, "--timeout-multiplier", str(SLOWER)]
        code, text = self.command(part, ["meson", "test", "-C", self.build, "--no-rebuild",
                                         "--print-errorlogs", *which], env=env)
        if not log.exists():
            return (0, 1) if code or "No suitable tests" not in text else (0, 0)
        passed = failed = 0
        for line in log.read_text().splitlines():
            ok, bad = cmocka_cases(json.loads(line))
            passed += ok
            failed += bad
        return counted(code, passed, failed)

    def part_web(self):
        if not (ROOT / "web-client" / "package.json").exists():
            return 0, 0
        code, text = self.command("web", ["npm", "test", "--silent", "--prefix", "web-client"])
        return counted(code, *node_cases(text))

    def part_size(self):
        """What a page may cost a weak link; of the web client as it was built."""
        code, text = self.command("size", ["npm", "run", "size", "--silent", "--prefix", "web-client"])
        return counted(code, len(re.findall("^ok ", text, re.M)), len(re.findall("^OVER ", text, re.M)))

    def part_e2e(self):
        return self.browsers("e2e", [])

    def part_interop(self):
        return self.browsers("interop", ["../interop/interop"])

    def browsers(self, part, files):
        code, text = self.command(part, ["node", "run.mjs", *files], cwd=ROOT / "tests" / "e2e",
                                  env=dict(os.environ, LECTERN_BUILD=str(ROOT / self.build)))
        return counted(code, *node_cases(text))


def counted(code, passed, failed):
    return passed, failed or int(code != 0 or passed == 0)


def cmocka_cases(test):
    """(passed, failed) of one line of meson's testlog.json; a program without cases is one."""
    text = test.get("stdout", "") + test.get("stderr", "")
    good = test["result"] in ("OK", "EXPECTEDFAIL")
    if test["result"] == "SKIP":
        return 0, 0
    passed = sum(map(int, re.findall(r"^\[  PASSED  \] (\d+) test", text, re.M)))
    failed = sum(map(int, re.findall(r"^\[  FAILED  \] (\d+) test", text, re.M)))
    if not passed and not failed:
        passed = len(re.findall(r"^\[       OK \]", text, re.M)) or int(good)
    return passed, failed if good else max(failed, 1)


def node_cases(text):
    """(passed, failed) as node's test runner or vitest sums them up."""
    passed = failed = 0
    for word, number in re.findall(r"^(?:ℹ|#) (pass|fail|cancelled) (\d+)$", text, re.M):
        if word == "pass":
            passed += int(number)
        else:
            failed += int(number)
    for summary in re.findall(r"^\s*Tests +(.*\(\d+\))", text, re.M):
        passed += sum(map(int, re.findall(r"(\d+) passed", summary)))
        failed += sum(map(int, re.findall(r"(\d+) failed", summary)))
    return passed, failed


def main():
    parts = list(LIMIT_S)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {' '.join(parts)}; all without")
    parser.add_argument("--build", default=os.environ.get("BUILD", "build"))
    parser.add_argument("--sanitize", help="build with these sanitizers, e.g. address,undefined")
    args = parser.parse_args()
    chosen = args.parts or parts
    if set(chosen) - set(parts):
        parser.error(f"parts are {' '.join(parts)}")
    if "build" not in chosen:
        chosen.insert(0, "build")

    suite = Suite(args.build, args.sanitize)
    passed = failed = 0
    for part in chosen:
        print(f"== {part}", flush=True)
        began = time.monotonic()
        ok, bad = getattr(suite, f"part_{part}")()
        print(f"== {part}: {ok} good, {bad} bad, {time.monotonic() - began:.0f} s\n", flush=True)
        if part == "build" and not bad:
            continue
        passed, failed = passed + ok, failed + bad
        if part == "build":
            break
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
