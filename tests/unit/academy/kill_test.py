#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Killed with -9 while it is written to: no acknowledged change is lost, none is done twice.

    kill_test.py LECTERND LECTERNCTL

Several clients plan classes, each with an Idempotency-Key, and ask again with the same key until they are
answered, as a client has to. Meanwhile the server is killed at random moments and started anew:
LECTERN_KILLS times (15). LECTERN_SEED repeats the moments of a run.
"""
import http.client
import os
import random
import subprocess
import sys
import threading
import time
import unittest

from campus import Campus, ask

LECTERND, LECTERNCTL = sys.argv[1:3]
KILLS = int(os.environ.get("LECTERN_KILLS", "15"))
SEED = int(os.environ.get("LECTERN_SEED", str(random.randrange(1 << 30))))
CLIENTS = 4


class Client(threading.Thread):
    """Plans one class after the other. `told` are those that were acknowledged: title and id."""

    def __init__(self, campus, number, course):
        super().__init__(daemon=True)
        self.campus, self.number, self.course = campus, number, course
        self.told, self.tries, self.wrong = {}, 0, []
        self.ending = threading.Event()

    def plan(self, title):
        root, cookie = self.campus.people["instructor"]
        body = {"course": self.course, "title": title, "starts_at": 0, "length_min": 30, "policy": "never"}
        while True:
            self.tries += 1
            try:
                answer = ask(
                    self.campus.port, "POST", f"{root}/api/v1/sessions", body, Cookie=cookie, Idempotency_Key=title
                )
            except (OSError, http.client.HTTPException):
                time.sleep(0.01)  # nobody is there just now
                continue
            if answer.status == 503:
                continue
            if answer.status != 201:
                self.wrong.append((title, answer.status, answer.body))
                return
            self.told[title] = answer.json["id"]
            return

    def run(self):
        count = 0
        while not self.ending.is_set() and not self.wrong:
            count += 1
            self.plan(f"client {self.number} class {count}")


class Kill(unittest.TestCase):
    def test_no_acknowledged_change_is_lost_or_doubled(self):
        chance = random.Random(SEED)
        campus = Campus(LECTERND)
        self.addCleanup(campus.close)
        campus.who("instructor")
        course = campus.rows("SELECT i.course FROM course_instructor i JOIN person p ON p.id = i.person"
                             " WHERE p.email = 'instructor@windward.example' LIMIT 1")[0][0]
        clients = [Client(campus, number, spell(course)) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        for _ in range(KILLS):
            time.sleep(chance.uniform(0, 0.25))
            campus.kill()
            self.assertTrue(campus.start(), campus.log())
        for client in clients:
            client.ending.set()
        for client in clients:
            client.join(60)
        campus.kill()
        self.check(campus, clients)

    def check(self, campus, clients):
        found = {}
        for title, id in campus.rows("SELECT title, id FROM session WHERE title LIKE 'client %'"):
            self.assertNotIn(title, found, "done twice")
            found[title] = spell(id)
        told = {title: id for client in clients for title, id in client.told.items()}
        self.assertEqual([], [wrong for client in clients for wrong in client.wrong])
        self.assertEqual(found, told)
        audited = campus.rows("SELECT count(*), count(DISTINCT object_id) FROM audit"
                              " WHERE action = 'create' AND object = 'session'")[0]
        self.assertEqual((len(found), len(found)), audited)
        self.assertGreater(len(found), KILLS)
        verified = subprocess.run([LECTERNCTL, "audit", "verify", "-d", campus.data], capture_output=True, text=True)
        self.assertEqual(0, verified.returncode, verified.stdout + verified.stderr)
        self.assertEqual([("ok",)], campus.rows("PRAGMA integrity_check"))
        tries = sum(client.tries for client in clients)
        print(f"{KILLS} kills, {len(found)} changes acknowledged by {tries} requests, seed {SEED}", file=sys.stderr)


def spell(id):
    """store/id.h"""
    digits = "0123456789abcdefghjkmnpqrstvwxyz"
    return "".join(digits[id >> 5 * place & 31] for place in range(12, -1, -1))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
