#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What is kept stays: databases of every released schema are carried on, copies are made of a server that
writes and come back, and an audit that was touched is told.

    keep_test.py LECTERND LECTERNCTL MIGRATIONS
"""
import contextlib
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import unittest

from campus import Campus

LECTERND, LECTERNCTL, MIGRATIONS = sys.argv[1:4]
RELEASED = (1, 2, 3)  # schemas that somebody may have
APPLICATION_ID = 0x4C43544E


def ctl(*arguments):
    return subprocess.run([LECTERNCTL, *arguments], capture_output=True, text=True)


def row(base, table):
    """Values for a row of the table: what each column takes, the same number for every key."""
    values = {}
    for _, name, type, _, _, _ in base.execute(f"PRAGMA table_info({table})"):
        choice = re.search(rf"\b{name}\b[^,]*?IN \('([^']+)'", base.execute(
            "SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0])
        values[name] = choice.group(1) if choice else f"{table} {name}" if type == "TEXT" else 7
    return values


def old_database(path, version):
    """One of that schema, with a row in every table."""
    files = sorted(pathlib.Path(MIGRATIONS).glob("*.sql"))[:version]
    with contextlib.closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TABLE migration (version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL)")
        for number, file in enumerate(files, 1):
            base.executescript(file.read_text())
            base.execute("INSERT INTO migration VALUES (?, ?)", (number, file.name))
        base.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        tables = [name for name, in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'") if name != "migration"]
        kept = {}
        for table in tables:
            values = row(base, table)
            if "parent" in values:
                values["parent"] = None
            names = ", ".join(values)
            base.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(values))})", tuple(values.values()))
            kept[table] = values
        base.execute("PRAGMA foreign_keys = ON")
        assert not base.execute("PRAGMA foreign_key_check").fetchall()
        base.commit()
    return kept


class Keep(unittest.TestCase):
    def test_every_released_schema_is_carried_on_with_its_rows(self):
        for version in RELEASED:
            with self.subTest(version), tempfile.TemporaryDirectory() as data:
                path = os.path.join(data, "lectern.db")
                kept = old_database(path, version)
                made = ctl("site", "add", "--data", data, "--slug", "more", "--name", "More")
                self.assertEqual(0, made.returncode, made.stderr)
                with contextlib.closing(sqlite3.connect(path)) as base:
                    newest = len(list(pathlib.Path(MIGRATIONS).glob("*.sql")))
                    self.assertEqual(newest, base.execute("SELECT max(version) FROM migration").fetchone()[0])
                    self.assertEqual([("ok",)], base.execute("PRAGMA integrity_check").fetchall())
                    self.assertEqual([], base.execute("PRAGMA foreign_key_check").fetchall())
                    for table, values in kept.items():
                        where = " AND ".join(f"{name} IS ?" for name in values)
                        found = base.execute(f"SELECT count(*) FROM {table} WHERE {where}", tuple(values.values()))
                        self.assertEqual(1, found.fetchone()[0], table)

    def campus(self):
        campus = Campus(LECTERND)
        self.addCleanup(campus.close)
        return campus

    def plan(self, campus, title):
        course = campus.ask("instructor", "GET", "/courses?mine=1").json["courses"][0]["id"]
        body = {"course": course, "title": title, "starts_at": 0, "length_min": 30, "policy": "never"}
        self.assertEqual(201, campus.ask("instructor", "POST", "/sessions", body).status)

    def test_a_copy_is_made_while_it_is_written_and_comes_back(self):
        campus = self.campus()
        copy = os.path.join(campus.dir, "copy.db")
        self.plan(campus, "before")
        ending = threading.Event()

        def write():
            count = 0
            while not ending.is_set():
                count += 1
                self.plan(campus, f"during {count}")

        writer = threading.Thread(target=write)
        writer.start()
        made = ctl("backup", "--data", campus.data, copy)
        ending.set()
        writer.join()
        self.assertEqual(0, made.returncode, made.stderr)
        self.assertEqual(0o600, os.stat(copy).st_mode & 0o777)
        self.plan(campus, "after")
        again = ctl("backup", "--data", campus.data, copy)
        self.assertEqual(1, again.returncode, "a copy is never written over")
        refused = ctl("restore", "--data", campus.data, copy)
        self.assertEqual(1, refused.returncode)
        self.assertIn("another lecternd", refused.stderr)
        campus.kill()
        restored = ctl("restore", "--data", campus.data, copy)
        self.assertEqual(0, restored.returncode, restored.stderr)
        titles = {title for title, in campus.rows("SELECT title FROM session")}
        self.assertIn("before", titles)
        self.assertNotIn("after", titles)
        aside = restored.stdout.split()[-1]
        with contextlib.closing(sqlite3.connect(aside)) as base:
            self.assertEqual([(1,)], base.execute("SELECT count(*) FROM session WHERE title = 'after'").fetchall())
        self.assertEqual(0, ctl("audit", "verify", "--data", campus.data).returncode)
        self.assertTrue(campus.start(), campus.log())

    def test_what_is_no_database_of_ours_is_not_restored(self):
        campus = self.campus()
        campus.kill()
        other = os.path.join(campus.dir, "other.db")
        pathlib.Path(other).write_bytes(b"SQLite format 3\0" + b"x" * 5000)
        before = campus.rows("SELECT count(*) FROM session")
        self.assertEqual(1, ctl("restore", "--data", campus.data, other).returncode)
        self.assertEqual(before, campus.rows("SELECT count(*) FROM session"))

    def test_an_audit_that_was_touched_is_told(self):
        campus = self.campus()
        for count in range(3):
            self.plan(campus, f"told {count}")
        campus.kill()
        verify = lambda: ctl("audit", "verify", "--data", campus.data)
        self.assertEqual(0, verify().returncode)
        with self.assertRaises(sqlite3.IntegrityError):
            campus.run("UPDATE audit SET person = 0")
        with self.assertRaises(sqlite3.IntegrityError):
            campus.run("DELETE FROM audit")
        site, last = campus.rows("SELECT site, max(seq) FROM audit GROUP BY site ORDER BY 2 DESC")[0]
        campus.run("DROP TRIGGER audit_is_not_changed")
        campus.run("DROP TRIGGER audit_is_not_deleted")
        touched = ("person = 5", "detail = '{}'", "at = at + 1", "action = 'see'", "object_id = 1", "hash = '00'")
        for change in touched:
            before = campus.rows("SELECT * FROM audit WHERE site = ? AND seq = 2", site)[0]
            campus.run(f"UPDATE audit SET {change} WHERE site = ? AND seq = 2", site)
            self.assertIn("BROKEN at line 2", verify().stdout, change)
            campus.run("DELETE FROM audit WHERE site = ? AND seq = 2", site)
            self.assertIn("BROKEN at line 2", verify().stdout, "a line was taken out")
            campus.run(f"INSERT INTO audit VALUES ({', '.join('?' * len(before))})", *before)
            self.assertEqual(0, verify().returncode, "put back as it was")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
