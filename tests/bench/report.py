# SPDX-License-Identifier: MIT
"""What was measured, as tables and as budgets met or missed. Pure functions of the runs."""
import statistics

KIB, MIB = 1024, 1 << 20


def pick(runs, server, case="fanout", n=None, workers=None, purpose=("compare", "growth")):
    return [run for run in runs
            if run["server"] == server and run["case"] == case and run["purpose"] in purpose
            and (n is None or run["subscribers"] == n)
            and (workers is None or server == "floor" or run["workers"] == workers)]


def costs(runs, carried=True):
    """Of runs that carried everybody: one that lost half of its packets has no cost per packet.
    With `carried` False of the others, where none did."""
    good = [run["cpu_us_per_packet"] for run in runs if run.get("cpu_us_per_packet") and run["ok"]]
    if good or carried:
        return good
    return [run["cpu_us_per_packet"] for run in runs if run.get("cpu_us_per_packet")]


def least(values):
    return min(values) if values else None


def ratio(of, to):
    return of / to if of and to else None


def budget(what, wanted, value, unit, met):
    return {"what": what, "wanted": wanted, "value": value, "unit": unit, "met": bool(met),
            "verdict": "not measured" if value is None else "met" if met else "missed"}


def cost_budgets(runs):
    """At 200, of what was measured in turn."""
    lectern, janus, floor = (
        costs(pick(runs, server, n=200, workers=1, purpose=("compare",)), server != "janus")
        for server in ("lectern", "janus", "floor"))
    over_floor = ratio(least(lectern), least(floor))
    under_janus = ratio(least(janus), least(lectern))
    yield budget("CPU per packet, 1 to 200, over the floor's", "at most 1.5", over_floor, "x",
                 over_floor and over_floor <= 1.5)
    yield budget("CPU per packet, 1 to 200, Janus' over Lectern's", "at least 8", under_janus, "x",
                 under_janus and under_janus >= 8)


def fan_out_budgets(runs):
    """The worst of its runs counts."""
    loads = pick(runs, "lectern", n=1000, workers=2)
    losses = [run.get("loss") for run in loads]
    loss = max(losses) if losses and None not in losses else None
    yield budget("1000 subscribers on two cores, loss", "below 0.1",
                 None if loss is None else loss * 100, "%",
                 loss is not None and loss < 0.001 and all(run["ok"] for run in loads))
    at_500 = pick(runs, "lectern", n=500, workers=2)
    ages = [run["latency_us_p99"] for run in at_500 if run.get("latency_us_p99")]
    age = statistics.median(ages) / 1000 if ages else None
    yield budget("added latency at 500, p99 (two workers)", "below 5", age, "ms",
                 age and age < 5)
    sizes = [run["rss_per_subscriber_bytes"] for run in pick(runs, "lectern", n=500, workers=1)
             if run.get("rss_per_subscriber_bytes")]
    size = statistics.median(sizes) / KIB if sizes else None
    yield budget("resident memory per receiving member, at 500", "below 96", size, "KiB",
                 size and size < 96)


def join_budgets(runs):
    joins = pick(runs, "lectern", "join", purpose=("join",))
    for field, wanted in (("p50", 300), ("p95", 600)):
        value = joins[0].get(f"join_ms_{field}") if joins else None
        yield budget(f"join with 200 in class, {field}", f"below {wanted}", value, "ms",
                     value and value < wanted)


def steadiness_budgets(runs):
    counted = [run["allocations"] for run in runs if run.get("allocations") is not None]
    yield budget("allocations of media threads in the window", "0",
                 max(counted) if counted else None, "", counted and max(counted) == 0)
    for run in runs:
        if run["purpose"] == "soak":
            series = run.get("series") or [{"rss_bytes": 0}]
            grown = (series[-1]["rss_bytes"] - series[0]["rss_bytes"]) / MIB
            yield budget("resident memory grown over the soak", "flat (2 MiB)", grown, "MiB",
                         run["ok"])


def budgets(runs):
    return [one for part in (cost_budgets, fan_out_budgets, join_budgets, steadiness_budgets)
            for one in part(runs)]


def number(value, digits=2):
    return "-" if value is None else f"{value:.{digits}f}"


def value_of(one):
    return f"{number(one['value'])} {one['unit']}".strip()


def verdicts(found):
    return "\n".join(f"  {one['verdict']:12}  {one['what']}: {value_of(one)} ({one['wanted']})"
                     for one in found)


def rows(head, lines):
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for line in lines:
        yield "| " + " | ".join(str(cell) for cell in line) + " |"


def both(values):
    return f"{number(least(values))} / {number(statistics.median(values))}" if values else "-"


def comparison(runs, case, n, purpose):
    """Lectern, Janus and the floor in one case."""
    floor = least(costs(pick(runs, "floor", case, n, 1, purpose)))
    lectern = least(costs(pick(runs, "lectern", case, n, 1, purpose)))
    for server in ("floor", "lectern", "janus"):
        found = pick(runs, server, case, n, 1, purpose)
        if not found:
            continue
        mine = costs(found, carried=False)
        best = min(found, key=lambda run: run.get("cpu_us_per_packet") or 1e9)
        loss = [run["loss"] for run in found if run.get("loss") is not None]
        yield (best.get("server_version") or server, both(mine),
               number(ratio(least(mine), floor)), number(ratio(least(mine), lectern)),
               number(best.get("mbit_per_cpu_s"), 0),
               f"{max(loss) * 100:.3f} %" if loss else "-",
               f"{number((best.get('latency_us_p50') or 0) / 1000)} / "
               f"{number((best.get('latency_us_p99') or 0) / 1000)}",
               number((best.get("rss_bytes") or 0) / MIB, 0))


COMPARED = ("server", "us/packet, min / median", "x floor", "x Lectern", "Mbit per CPU s",
            "loss (worst)", "latency p50 / p99, ms", "RSS, MiB")


def growth(runs):
    sizes = sorted({run["subscribers"] for run in runs if run["purpose"] in ("compare", "growth")})
    for n in sizes:
        floor, one, two, janus = (costs(pick(runs, server, n=n, workers=workers)) for
                                  server, workers in (("floor", 1), ("lectern", 1), ("lectern", 2),
                                                      ("janus", 1)))
        at = pick(runs, "lectern", n=n, workers=1)
        client = [run["client_us_per_packet"] for run in at if run.get("client_us_per_packet")]
        yield (n, number(least(floor)), number(least(one)), number(least(two)),
               number(least(janus)), number(ratio(least(one), least(floor))),
               number(ratio(least(janus), least(one)), 1), number(least(client)))


def join_rows(runs):
    for run in runs:
        if run["purpose"] == "join":
            yield (run.get("server_version") or run["server"], run["subscribers"],
                   run.get("joins") or 0, run.get("joins_by") or "-",
                   *(number(run.get(name), 0) for name in (
                       "join_first_packet_ms_p50", "join_ms_p50", "join_ms_p95")))


def failures(results):
    for run in results["runs"]:
        if not run["ok"]:
            yield (f"- {run['case']}, {run['server']}, {run['subscribers']} subscribers,"
                   f" {run['workers']} workers: {' '.join((run['why'] or 'no reason given').split())[:200]}")
    for skipped in results.get("skipped", ()):
        yield f"- not measured, the time was over: {skipped}"


CASES = (("compare", "fanout", 200, "One to 200: Opus and VP8, about 221 packets a second"),
         ("no-gro", "fanout", 200, "The same, received without UDP_GRO"),
         ("audio", "audio", 200, "One to 200, audio alone"),
         ("meeting", "meeting", None, "Eight with eight"),
         ("janus-default", "fanout", None, "Janus as Debian configures it, 1 to 50"))


def table(results, found):
    """The whole report, in Markdown."""
    machine, runs = results["machine"], results["runs"]
    out = ["# What a forwarded packet costs", "",
           f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']} GiB, Linux"
           f" {machine['kernel']}, loopback; {machine['date']}, {results['version']},"
           f" {results['plan']} run of {results['seconds']} s, load {machine['load_before']:.1f}"
           " before it.", "",
           "us/packet: user and system time of the server process, divided by the media packets that"
           " reached receivers. Receivers use UDP_GRO unless said otherwise; AEAD_AES_128_GCM."
           " Servers took turns; minima are compared.", "", "## Budgets", ""]
    out += rows(("what", "wanted", "measured", ""),
                ((one["what"], one["wanted"], value_of(one), "met" if one["met"] else f"**{one['verdict']}**")
                 for one in found))
    for purpose, case, n, title in CASES:
        lines = list(comparison(runs, case, n, (purpose,))) if purpose != "janus-default" else [
            (run["server_version"], number(run.get("cpu_us_per_packet")), "-", "-",
             number(run.get("mbit_per_cpu_s"), 0), f"{(run.get('loss') or 0) * 100:.3f} %", "-",
             number((run.get("rss_bytes") or 0) / MIB, 0))
            for run in runs if run["purpose"] == purpose]
        if lines:
            out += ["", f"## {title}", "", *rows(COMPARED, lines)]
    out += ["", "## How it grows: us/packet by subscribers, minima", ""]
    out += rows(("subscribers", "floor", "Lectern, 1 worker", "Lectern, 2 workers", "Janus, 1 loop",
                 "Lectern / floor", "Janus / Lectern", "the load client itself"), growth(runs))
    out += ["", "## Joins, one after another", ""]
    out += rows(("server", "in class", "joins", "by", "first packet p50, ms", "keyframe p50, ms",
                 "keyframe p95, ms"), join_rows(runs))
    bad = list(failures(results))
    if bad:
        out += ["", "## Runs that failed", "", *bad]
    return "\n".join(out) + "\n"
