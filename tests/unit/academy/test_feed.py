#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Feeds and mails, read back by Debian's icalendar and dateutil: the same instants as the database.

Usage: test_feed.py TIMETABLE_TOOL. Its VTIMEZONEs are used as they are written, not by their name.
"""
import datetime as dt
import json
import subprocess
import sys
import tempfile

import icalendar
from dateutil.rrule import rruleset, rrulestr
from dateutil.tz import tzical
import io

UTC = dt.timezone.utc
TERMS = (("America/Nassau", "2026-10-12T09:00", "FREQ=WEEKLY;COUNT=24"),
         ("America/Nassau", "2026-10-12T09:00", "FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20270430"),
         ("America/Port_of_Spain", "2026-10-13T18:30", "FREQ=WEEKLY;BYDAY=TU,TH;COUNT=30"),
         ("Europe/Amsterdam", "2026-10-05T13:00", "FREQ=WEEKLY;INTERVAL=2;COUNT=15"),
         ("Europe/Amsterdam", "2026-10-20T02:30", "FREQ=DAILY;COUNT=20"),
         ("America/Cayenne", "2026-10-05T08:00", "FREQ=MONTHLY;BYDAY=1MO;COUNT=12"),
         ("America/Havana", "2026-10-10T00:30", "FREQ=WEEKLY;COUNT=30"))


def plan(tool, term):
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([tool, folder, *term], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def zones_of(text):
    """dateutil's own reader of VTIMEZONE, which takes no line but those of it."""
    return tzical(io.StringIO(text))


def ms(local, tz):
    return round(local.replace(tzinfo=tz).astimezone(UTC).timestamp() * 1000)


def expand(text):
    """(ms, minutes, summary) of every event that takes place, by the zones that the text brings."""
    calendar = icalendar.Calendar.from_ical(text)
    zones = zones_of(text)
    found, overrides = {}, {}
    events = [e for e in calendar.walk("VEVENT")]
    for event in events:
        if "RECURRENCE-ID" in event:
            at = event["RECURRENCE-ID"]
            overrides[(str(event["UID"]), ms(at.dt.replace(tzinfo=None), zones.get(at.params["TZID"])))] = event
    for event in events:
        tz = zones.get(event["DTSTART"].params["TZID"])
        start = event["DTSTART"].dt.replace(tzinfo=None)
        length = ms(event["DTEND"].dt.replace(tzinfo=None), tz) - ms(start, tz)
        if "RRULE" not in event:
            if event.get("STATUS") != "CANCELLED":
                found[(str(event["UID"]), ms(start, tz), str(event["SUMMARY"]), length // 60000)] = True
            continue
        rule = dict(event["RRULE"])
        if "UNTIL" in rule:
            assert rule["UNTIL"][0].tzinfo is not None, "UNTIL in UTC"
            rule["UNTIL"] = [rule["UNTIL"][0].astimezone(tz).replace(tzinfo=None)]
        rules = rruleset()
        rules.rrule(rrulestr(icalendar.vRecur(rule).to_ical().decode(), dtstart=start))
        excluded = event.get("EXDATE", [])
        for one in excluded if isinstance(excluded, list) else [excluded]:
            for value in one.dts:
                local = value.dt.replace(tzinfo=None)
                assert local in rules, f"EXDATE {local} is no occurrence"
                rules.exdate(local)
        for local in rules:
            if (str(event["UID"]), ms(local, tz)) not in overrides:
                found[(str(event["UID"]), ms(local, tz), str(event["SUMMARY"]), length // 60000)] = True
        for uid, at in overrides:
            if uid == str(event["UID"]):
                assert any(ms(local, tz) == at for local in rules), f"RECURRENCE-ID {at} is no occurrence"
    return sorted((at, minutes, summary) for _, at, summary, minutes in found)


def feeds_say_what_is_planned(tool):
    for term in TERMS:
        planned = plan(tool, term)
        wanted = sorted((at, minutes, title) for at, minutes, title, _ in planned["sessions"])
        got = expand(planned["feed"])
        assert got == wanted, f"{term}:\n{set(got) ^ set(wanted)}"
        assert len({at for at, _, _ in wanted}) == len(wanted) > 9


def feeds_are_well_formed(tool):
    text = plan(tool, TERMS[0])["feed"]
    for line in text.encode().split(b"\r\n"):
        assert len(line) <= 75, line
        line.decode()
    assert text.endswith("END:VCALENDAR\r\n") and "\n" not in text.replace("\r\n", "")
    calendar = icalendar.Calendar.from_ical(text)
    assert calendar["METHOD"] == "PUBLISH" and calendar["VERSION"] == "2.0"
    assert {str(z["TZID"]) for z in calendar.walk("VTIMEZONE")} == {"America/Nassau"}
    zone, = calendar.walk("VTIMEZONE")
    assert [part.name for part in zone.subcomponents] in (["DAYLIGHT", "STANDARD"], ["STANDARD", "DAYLIGHT"])
    masters = [e for e in calendar.walk("VEVENT") if "RRULE" in e]
    assert len(masters) == 2 and len({str(e["UID"]) for e in masters}) == 2
    for event in calendar.walk("VEVENT"):
        assert str(event["LOCATION"]) == "Salle 1, rez-de-chaussée; \\ été"
        assert str(event["URL"]).startswith("https://academy.example/u/")
        assert "Droit, procédure; preuve\nAna" in str(event["DESCRIPTION"])
        assert "ATTENDEE" not in event and "ORGANIZER" not in event


def mails_are_invitations(tool):
    planned = plan(tool, TERMS[0])
    mails = [m for m in planned["mails"] if m["mail"]["to"] == "trainee@example.org"]
    events = [m["event"] for m in mails]
    assert events == ["session.invited", "session.changed", "session.changed", "session.cancelled",
                      "session.invited", "session.changed", "session.changed", "session.cancelled"], events
    sequences = {}
    for one in mails:
        mail = one["mail"]
        calendar = icalendar.Calendar.from_ical(mail["calendar"])
        method = "CANCEL" if one["event"] == "session.cancelled" else "REQUEST"
        assert calendar["METHOD"] == mail["method"] == method
        parts = calendar.walk("VEVENT")
        assert len({str(e["UID"]) for e in parts}) == 1, "one UID a mail"
        for event in parts:
            assert str(event["ATTENDEE"]).lower() == "mailto:trainee@example.org"
            assert str(event["ORGANIZER"]).lower() == "mailto:no-reply@academy.example"
            assert event["ATTENDEE"].params["ROLE"] == "REQ-PARTICIPANT"
            assert event["STATUS"] == ("CANCELLED" if method == "CANCEL" else "CONFIRMED")
            assert "DTSTAMP" in event and calendar.walk("VTIMEZONE")
            at = event.get("RECURRENCE-ID")
            key = (str(event["UID"]), at.dt if at else None)
            if len(parts) == 1:
                assert int(event["SEQUENCE"]) > sequences.get(key, -1), (one["event"], key)
            sequences[key] = int(event["SEQUENCE"])
    assert mails[0]["mail"]["subject"].startswith("Les: Pouvoirs")
    assert "maandag 12 oktober 2026, 09:00 (America/Nassau)" in mails[0]["mail"]["text"]
    teacher = [m["mail"] for m in planned["mails"] if m["mail"]["to"] == "teacher@example.org"]
    assert teacher[0]["subject"].startswith("Clase: ") and len(teacher) == len(mails)
    assert "lunes 12 de octubre de 2026" in teacher[0]["text"]


def main():
    failed = 0
    for case in (feeds_say_what_is_planned, feeds_are_well_formed, mails_are_invitations):
        try:
            case(sys.argv[1])
            print(f"[       OK ] {case.__name__}")
        except AssertionError as wrong:
            failed += 1
            print(f"[  FAILED  ] {case.__name__}: {wrong}")
    return failed > 0


sys.exit(main())
