#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures Lectern, Debian's Janus and the floor side by side, and judges the budgets.

Every number of a comparison comes from one run on one machine: servers take turns on the same load,
round after round, and what is compared are the minima over the rounds, since other work on the
machine only ever adds. Medians stand beside them. Writes results.json, table.md and cost.svg.

BENCH=quick measures less in about 4 minutes; the whole takes under 20.
"""
import argparse
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import plot  # noqa: E402
import report  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent.parent
RUN_LIMIT_S = 180
JANUS_MOST = 200  # subscribers that it can carry with one loop

PLANS = {
    "quick": {"rounds": 2, "growth_rounds": 1, "seconds": 4, "growth_seconds": 3, "joins": 8,
              "sizes": (1000, 500, 50, 1), "soak": 0, "all_cases": False, "budget_s": 300},
    "full": {"rounds": 3, "growth_rounds": 2, "seconds": 10, "growth_seconds": 5, "joins": 20,
             "sizes": (1000, 500, 100, 50, 10, 1), "soak": 60, "all_cases": True, "budget_s": 1140},
}


class Bench:
    def __init__(self, build, plan):
        self.program = build / "tests" / "bench" / "lectern-bench"
        self.plan = plan
        self.began = time.monotonic()
        self.runs = []
        self.skipped = []

    def run(self, purpose, case, server, *, n=None, workers=1, seconds=None, options=()):
        """One run of lectern-bench; what it printed is kept, failed or not."""
        if time.monotonic() - self.began > self.plan["budget_s"]:
            self.skipped.append(f"{purpose}: {case} {server} {n or ''}".strip())
            return
        argv = [str(self.program), case, "--server", server, "--workers", str(workers),
                "--seconds", str(seconds or self.plan["seconds"]), *options]
        argv += ["-n", str(n)] if n else []
        try:
            done = subprocess.run(argv, capture_output=True, text=True, timeout=RUN_LIMIT_S)
            result = json.loads(done.stdout)
        except (subprocess.TimeoutExpired, json.JSONDecodeError) as error:
            result = {"case": case, "server": server, "subscribers": n, "ok": False,
                      "workers": workers, "why": str(error)}
        result["purpose"] = purpose
        self.runs.append(result)
        cost = result.get("cpu_us_per_packet")
        print(f"  {time.monotonic() - self.began:5.0f} s  {case:8} {server:8}"
              f" {result.get('subscribers') or 0:5}"
              f"  {workers} worker{'s' if workers != 1 else ' '}"
              f"  {'-' if cost is None else format(cost, '.2f'):>7} us/packet"
              f"{'' if result['ok'] else '  FAILED: ' + (result['why'] or 'no reason given').splitlines()[0][:110]}",
              flush=True)

    def side_by_side(self):
        """The three in turn at 200, which is what the first budgets are about."""
        for _ in range(self.plan["rounds"]):
            for server in ("lectern", "janus", "floor"):
                self.run("compare", "fanout", server, n=200)

    def growth(self):
        seconds = self.plan["growth_seconds"]
        for _ in range(self.plan["growth_rounds"]):
            for n in self.plan["sizes"]:
                self.run("growth", "fanout", "lectern", n=n, seconds=seconds)
                self.run("growth", "fanout", "lectern", n=n, workers=2, seconds=seconds)
                if n <= JANUS_MOST:
                    self.run("growth", "fanout", "janus", n=n, seconds=seconds)
                self.run("growth", "fanout", "floor", n=n, seconds=seconds)
            self.run("growth", "fanout", "lectern", n=200, workers=2, seconds=seconds)

    def joins(self):
        joins = ("--joins", str(self.plan["joins"]))
        self.run("join", "join", "lectern", n=200, options=joins)
        if self.plan["all_cases"]:
            self.run("join", "join", "janus", n=100, options=joins)

    def other_cases(self):
        for _ in range(self.plan["growth_rounds"]):
            for server in ("lectern", "janus", "floor"):
                self.run("meeting", "meeting", server, seconds=self.plan["growth_seconds"])
        for server in ("lectern", "janus", "floor"):
            self.run("audio", "audio", server, n=200)
        for server in ("lectern", "floor"):
            self.run("no-gro", "fanout", server, n=200, options=("--no-gro",))
        self.run("janus-default", "fanout", "janus", n=50, workers=0)
        self.run("soak", "soak", "lectern", n=200, seconds=self.plan["soak"])


def machine():
    model = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
    memory = next(int(line.split()[1]) for line in Path("/proc/meminfo").read_text().splitlines()
                  if line.startswith("MemTotal"))
    return {"cpu": model, "cores": os.cpu_count(), "memory_gib": round(memory / 2**20),
            "kernel": platform.release(), "load_before": os.getloadavg()[0],
            "date": time.strftime("%Y-%m-%d")}


def version():
    done = subprocess.run(["git", "-C", str(ROOT), "describe", "--always", "--dirty"],
                          capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=os.environ.get("BUILD", "build"), type=Path)
    parser.add_argument("--out", type=Path, help="where results go; BUILD/bench")
    parser.add_argument("--from", dest="given", type=Path, metavar="results.json",
                        help="measure nothing, report what was measured before")
    args = parser.parse_args()
    build = (ROOT / args.build).resolve()
    out = args.out or build / "bench"
    out.mkdir(parents=True, exist_ok=True)
    if args.given:
        results = json.loads(args.given.read_text())
    else:
        results = measure(build)
        (out / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    budgets = report.budgets(results["runs"])
    (out / "table.md").write_text(report.table(results, budgets))
    (out / "cost.svg").write_text(plot.cost(results))
    print(f"\n{report.verdicts(budgets)}\n\nResults, table and plot are in {out}")
    return 0 if all(budget["met"] for budget in budgets) else 1


def measure(build):
    name = os.environ.get("BENCH", "full")
    if name not in PLANS:
        sys.exit(f"BENCH is {' or '.join(PLANS)}, not {name}")
    if os.geteuid() != 0:
        print("  not root: Janus cannot be measured (it needs a network interface of its own), and"
              " socket buffers are small")
    results = {"machine": machine(), "version": version(), "plan": name}
    bench = Bench(build, PLANS[name])
    bench.side_by_side()
    bench.joins()
    bench.run("allocations", "fanout", "lectern", n=200, options=("--count-allocations",))
    bench.growth()
    if PLANS[name]["all_cases"]:
        bench.other_cases()
    results["seconds"] = round(time.monotonic() - bench.began)
    results["runs"] = bench.runs
    results["skipped"] = bench.skipped
    return results


if __name__ == "__main__":
    sys.exit(main())
