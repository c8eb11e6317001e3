#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Zones against Python's zoneinfo, rules against dateutil: the same instants, by other libraries.

Usage: test_calendar.py CALENDAR_TOOL [SEED]. Rules are random; the seed is printed when one differs.
"""
import datetime as dt
import random
import re
import subprocess
import sys
import zoneinfo

from dateutil.rrule import rrulestr

ZONES = ["America/Nassau", "America/Port_of_Spain", "Europe/Amsterdam", "America/Cayenne", "America/Havana",
         "America/Jamaica", "America/Port-au-Prince", "America/Curacao", "Europe/London", "Europe/Paris",
         "Africa/Casablanca", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "UTC"]
UTC = dt.timezone.utc
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


class Tool:
    def __init__(self, path):
        self.path = path

    def ask(self, lines):
        done = subprocess.run([self.path], input="".join(line + "\n" for line in lines), text=True,
                              capture_output=True, check=True, timeout=60)
        answers = done.stdout.splitlines()
        assert len(answers) == len(lines), (len(answers), len(lines))
        return answers


def instant(local, zone):
    """PEP 495: fold=0 is the first of an overlap, and the offset before a gap."""
    aware = local.replace(tzinfo=zoneinfo.ZoneInfo(zone), fold=0)
    return round(aware.astimezone(UTC).timestamp() * 1000)


def text(local):
    return local.strftime("%Y-%m-%dT%H:%M")


def zones_agree(tool, rng):
    asked, wanted = [], []
    for zone in ZONES:
        local = dt.datetime(2020, 1, 1)
        while local.year < 2036:
            asked.append(f"instant {zone} {text(local)}")
            wanted.append(str(instant(local, zone)))
            local += dt.timedelta(minutes=rng.choice((30, 61, 11 * 60, 47 * 60, 96 * 60)))
    for line, got, want in zip(asked, tool.ask(asked), wanted):
        assert got == want, f"{line}: {got}, not {want}"


def changes_of_the_clock(tool, rng):
    """Written down, so that no library decides: the gap moves forward, the overlap takes the first."""
    for zone, local, want in (
            ("America/Nassau", "2026-11-01T00:59", "2026-11-01T04:59"),
            ("America/Nassau", "2026-11-01T01:00", "2026-11-01T05:00"),
            ("America/Nassau", "2026-11-01T01:59", "2026-11-01T05:59"),
            ("America/Nassau", "2026-11-01T02:00", "2026-11-01T07:00"),
            ("America/Nassau", "2027-03-14T01:59", "2027-03-14T06:59"),
            ("America/Nassau", "2027-03-14T02:30", "2027-03-14T07:30"),
            ("America/Nassau", "2027-03-14T03:00", "2027-03-14T07:00"),
            ("America/Port_of_Spain", "2027-03-14T02:30", "2027-03-14T06:30"),
            ("Europe/Amsterdam", "2027-03-28T02:30", "2027-03-28T01:30"),
            ("Europe/Amsterdam", "2026-10-25T02:30", "2026-10-25T00:30"),
            ("America/Cayenne", "2026-11-01T09:00", "2026-11-01T12:00")):
        got = int(tool.ask([f"instant {zone} {local}"])[0])
        want = round(dt.datetime.fromisoformat(want).replace(tzinfo=UTC).timestamp() * 1000)
        assert got == want, (zone, local, got, want)


def names_lead_nowhere(tool, rng):
    for name in ("Nowhere/X", "../../../etc/passwd", "/etc/localtime", "posix/UTC", "America", "zone.tab",
                 "posixrules", "localtime", "America/Nassau/", "Factory"):
        assert tool.ask([f"instant {name} 2026-11-01T09:00"]) == ["no zone"], name


def bad_times_are_refused(tool, rng):
    for local in ("2026-02-29T09:00", "2026-13-01T09:00", "2026-00-01T09:00", "2026-01-00T09:00", "2026-01-01T24:00",
                  "2026-01-01T09:60", "2026-1-01T09:00", "2026-01-01", "2026-01-01T09:00Z", "1969-01-01T00:00",
                  "2200-01-01T00:00", "2026-01-01T09:00:00"):
        assert tool.ask([f"instant UTC {local}"]) == ["no local time"], local
    assert tool.ask(["instant UTC 2028-02-29T23:59"]) == ["1835481540000"]


def random_rule(rng, start):
    freq = rng.choice(("DAILY", "WEEKLY", "WEEKLY", "WEEKLY", "MONTHLY"))
    parts = [f"FREQ={freq}"]
    if rng.random() < 0.5:
        parts.append(f"INTERVAL={rng.randint(1, 4)}")
    if freq == "WEEKLY" and rng.random() < 0.7:
        parts.append("BYDAY=" + ",".join(rng.sample(DAYS, rng.randint(1, 4))))
        if rng.random() < 0.3:
            parts.append("WKST=" + rng.choice(("MO", "SU")))
    if freq == "DAILY" and rng.random() < 0.3:
        parts.append("BYDAY=" + ",".join(rng.sample(DAYS, rng.randint(1, 5))))
    if freq == "MONTHLY":
        kind = rng.choice(("day", "nth", "set", "none"))
        if kind == "day":
            parts.append("BYMONTHDAY=" + ",".join(
                str(n) for n in rng.sample([1, 2, 10, 15, 28, 29, 30, 31, -1, -2, -7], rng.randint(1, 3))))
        elif kind == "nth":
            parts.append("BYDAY=" + ",".join(
                f"{rng.choice((1, 2, 3, 4, -1))}{day}" for day in rng.sample(DAYS, rng.randint(1, 2))))
        elif kind == "set":
            parts.append("BYDAY=MO,TU,WE,TH,FR;BYSETPOS=" + rng.choice(("1", "-1", "2,-2")))
    if rng.random() < 0.5:
        parts.append(f"COUNT={rng.randint(1, 40)}")
    else:
        until = start + dt.timedelta(days=rng.randint(0, 380))
        parts.append(rng.choice((until.strftime("UNTIL=%Y%m%d"), until.strftime("UNTIL=%Y%m%dT%H%M%S"))))
    rng.shuffle(parts)
    return ";".join(parts)


def five_years_after(start):
    try:
        return start.replace(year=start.year + 5)
    except ValueError:  # the 29th of February
        return start.replace(year=start.year + 5, day=28, hour=23, minute=59)


def by_dateutil(rule, start, zone):
    """Local times by dateutil, which knows no gaps when it knows no zones; instants by zoneinfo."""
    until = re.search(r"UNTIL=(\d{8})(?=;|$)", rule)
    if until:
        rule = rule.replace(until.group(0), until.group(0) + "T235959")
    found = []
    # The series begins at the first day that is named.
    first = next(iter(rrulestr(re.sub(r"INTERVAL=\d+", "INTERVAL=1", rule), dtstart=start)), None)
    if first is None:
        return None
    start = first
    limit = five_years_after(start)
    for local in rrulestr(rule, dtstart=start):
        if local > limit or len(found) > 400:
            return None
        found.append(instant(local, zone))
    counted = re.search(r"COUNT=(\d+)", rule)
    if not found or (counted and len(found) < int(counted.group(1))):
        return None
    return found


def rules_agree(tool, rng):
    asked, wanted = [], []
    for _ in range(800):
        start = dt.datetime(2026, 1, 1) + dt.timedelta(days=rng.randrange(0, 730),
                                                       minutes=15 * rng.randrange(0, 96))
        if start.month == 2 and start.day == 29:
            continue
        zone, rule = rng.choice(ZONES), random_rule(rng, start)
        asked.append(f"expand {zone} {text(start)} {rule}")
        wanted.append(by_dateutil(rule, start, zone))
    refused = 0
    for line, got, want in zip(asked, tool.ask(asked), wanted):
        if want is None:
            refused += 1
            assert got.startswith("refused"), f"{line}: {got[:200]}, not refused"
        else:
            assert got.split(" ")[1:] == [str(at) for at in want], f"{line}:\n{got}\n{want}"
    assert refused < len(asked) / 4, refused


def rules_have_limits(tool, rng):
    def ask(rule):
        return tool.ask([f"expand America/Nassau 2026-11-02T09:00 {rule}"])[0]
    for rule in ("FREQ=WEEKLY", "FREQ=YEARLY;COUNT=2", "FREQ=HOURLY;COUNT=2", "FREQ=SECONDLY;UNTIL=20270101",
                 "FREQ=DAILY;COUNT=401", "FREQ=DAILY;UNTIL=20280101", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=-1",
                 "FREQ=MONTHLY;COUNT=100", "FREQ=WEEKLY;UNTIL=20320101", "FREQ=WEEKLY;COUNT=2;UNTIL=20270101",
                 "FREQ=DAILY;COUNT=2;BYHOUR=1", "FREQ=DAILY;COUNT=2;BYMINUTE=1,2", "FREQ=DAILY;COUNT=2;BYSECOND=1",
                 "FREQ=DAILY;COUNT=2;BYYEARDAY=1", "FREQ=MONTHLY;COUNT=2;BYMONTHDAY=30;BYMONTH=2",
                 "FREQ=MONTHLY;COUNT=2;BYMONTHDAY=1;BYDAY=2MO", "FREQ=WEEKLY;COUNT=2;BYSETPOS=1;BYDAY=MO,TU",
                 "FREQ=MONTHLY;COUNT=2;BYDAY=MO;BYSETPOS=9",
                 "FREQ=MONTHLY;COUNT=2;BYDAY=6MO", "FREQ=MONTHLY;COUNT=2;BYDAY=1MO;BYSETPOS=2",
                 "FREQ=MONTHLY;COUNT=2;BYMONTHDAY=1;BYSETPOS=2", "FREQ=MONTHLY;INTERVAL=12;COUNT=2;BYMONTHDAY=31",
                 "FREQ=WEEKLY;COUNT=2;BYDAY=2MO", "FREQ=WEEKLY;COUNT=2;WKST=FR",
                 "FREQ=WEEKLY;UNTIL=20261101", "FREQ=WEEKLY;INTERVAL=0;COUNT=2", "FREQ=WEEKLY;INTERVAL=9999;COUNT=2",
                 "RSCALE=HEBREW;FREQ=MONTHLY;COUNT=3", "COUNT=3", "nonsense", "FREQ=WEEKLY;COUNT=2;BYDAY=XX",
                 "FREQ=WEEKLY;UNTIL=20269999", "FREQ=DAILY;COUNT=3;" + "BYDAY=MO;" * 60):
        assert ask(rule).startswith("refused"), (rule, ask(rule)[:80])
    assert ask("FREQ=DAILY;COUNT=400").count(" ") == 400
    # UNTIL in UTC is an instant: 14:00Z is 09:00 in Nassau in November.
    assert ask("FREQ=DAILY;UNTIL=20261104T140000Z").count(" ") == 3
    assert ask("FREQ=DAILY;UNTIL=20261104T135900Z").count(" ") == 2
    assert "UNTIL=20261104T090000 " in ask("FREQ=DAILY;UNTIL=20261104T140000Z")
    assert "UNTIL=20261104T235900 " in ask("FREQ=DAILY;UNTIL=20261104")


def main():
    tool = Tool(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 32)
    failed = 0
    for case in (zones_agree, changes_of_the_clock, names_lead_nowhere, bad_times_are_refused, rules_agree,
                 rules_have_limits):
        try:
            case(tool, random.Random(seed))
            print(f"[       OK ] {case.__name__}")
        except AssertionError as wrong:
            failed += 1
            print(f"[  FAILED  ] {case.__name__} (seed {seed}): {wrong}")
    return failed > 0


sys.exit(main())
