#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The real server, driven through real WebSockets by people of three roles.

    server_test.py LECTERND RECORDER [unittest arguments]
"""
import contextlib
import http.client
import json
import os
import pathlib
import re
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

from wsclient import PATIENCE_S, Client, frame, sign_in, upgrade

LECTERND, RECORDER = sys.argv[1:3]
MAX_FRAMES, DEAD_S = 64, 8  # of signaling/ws.h and client.h
OFFERS = pathlib.Path(__file__).resolve().parent / "offers"


def offer(name):
    return (OFFERS / f"{name}.sdp").read_bytes().decode()


class Server:
    """lecternd with the demo academy in a data folder of its own."""

    def __init__(self, recorder=RECORDER, media_address="127.0.0.1", config=""):
        self.dir = tempfile.mkdtemp(prefix="lectern-live-")
        self.config = os.path.join(self.dir, "lectern.conf")
        with open(self.config, "w") as file:
            file.write(f'media: {{ port = 0; address = "{media_address}"; workers = 1; }};\n{config}')
        self.recorder = recorder
        self.port = 0
        self.links = {}
        self.people = {}
        self.start()

    def arguments(self, *more):
        data = os.path.join(self.dir, "data")
        return [LECTERND, "-c", self.config, "-d", data, "-p", str(self.port), *more]

    def start(self):
        """On any free port, another one each time: what it prints tells which."""
        self.port = 0
        self.log = open(os.path.join(self.dir, "log"), "ab")
        self.process = subprocess.Popen(
            self.arguments("--demo", "--recorder", self.recorder),
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )
        for _ in range(3):
            line = self.process.stdout.readline()
            if not line:
                raise AssertionError(pathlib.Path(self.dir, "log").read_text())
            label, link = line.split()
            self.links[label] = link
        self.port = int(re.search(r":([0-9]+)/", link).group(1))

    def who(self, name):
        """(port, n, cookie) of somebody; a sign-in outlives the server."""
        if name not in self.people:
            link = self.links.get(name)
            if not link:
                email = f"{name}@{'leeward' if name.startswith('leeward') else 'windward'}.example"
                email = email.replace("leeward-", "")
                command = self.arguments("--link", email)
                link = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
            self.people[name] = sign_in(link)
        return self.port, *self.people[name]

    def api(self, name, method, path, body=None):
        port, n, cookie = self.who(name)
        connection = http.client.HTTPConnection("localhost", port, timeout=PATIENCE_S)
        headers = {"Cookie": cookie, "Content-Type": "application/json"}
        connection.request(method, f"/u/{n}/api/v1{path}", body and json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status >= 400:
            raise AssertionError(f"{method} {path}: {answer.status} {text}")
        return json.loads(text)

    def session(self, policy="never", minutes=0, **columns):
        """A class that begins in so many minutes, taught by the instructor."""
        course = next(
            session["course"]["id"]
            for session in self.api("instructor", "GET", "/sessions")["sessions"]
            if session["title"] != "Écouter et désamorcer"
        )
        body = {"course": course, "title": "Test", "starts_at": 0, "length_min": 60, "policy": policy, "despite": True}
        body["starts_at"] = int(time.time() + 60 * minutes) * 1000 if minutes else 0
        session = self.api("instructor", "POST", "/sessions", body)["id"]
        if columns:
            self.database(f"UPDATE session SET {', '.join(f'{name} = ?' for name in columns)} WHERE title = 'Test'", *columns.values())
        return session

    def database(self, statement, *values):
        with contextlib.closing(sqlite3.connect(os.path.join(self.dir, "data", "lectern.db"), timeout=5)) as base, base:
            base.execute(statement, values)

    def enter(self, name, session, instance="page", **more):
        """Returns a client that has entered; its reply is in `entered`."""
        client = Client(self.who(name), **more)
        client.entered = client.ok("enter", session=session, instance=instance)
        client.id = client.entered["self"]
        return client

    def wait_for_row(self, table, where="1"):
        """Until the database has one: replies do not wait for the disk."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            with contextlib.closing(sqlite3.connect(os.path.join(self.dir, "data", "lectern.db"), timeout=5)) as base:
                if base.execute(f"SELECT COUNT(*) FROM {table} WHERE {where}").fetchone()[0]:
                    return
            time.sleep(0.01)
        raise AssertionError(f"no row in {table} where {where}")

    def kill(self, number):
        self.process.send_signal(number)
        self.process.wait(PATIENCE_S)
        self.process.stdout.close()
        self.log.close()

    def stop(self):
        if self.process.poll() is None:
            self.kill(signal.SIGTERM)
        self.stop_recorders()
        if os.environ.get("KEEP"):
            print(self.dir)
        else:
            shutil.rmtree(self.dir, ignore_errors=True)

    def stop_recorders(self):
        """They outlive a server that was killed. A number may be another's by now."""
        for pid in self.recorder_pids():
            with contextlib.suppress(OSError):
                own = os.pidfd_open(pid)
                if self.dir.encode() in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes():
                    signal.pidfd_send_signal(own, signal.SIGTERM)
                    select.select([own], [], [], PATIENCE_S)
                os.close(own)

    def recorder_pids(self):
        """Of every recorder that was started, in order."""
        log = pathlib.Path(self.dir, "log").read_text()
        return [int(pid) for pid in re.findall("recorder: started .* pid=([0-9]+)", log)]


class LiveTest(unittest.TestCase):
    server: Server

    @classmethod
    def setUpClass(cls):
        cls.server = Server()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def setUp(self):
        self.clients = []

    def tearDown(self):
        for client in self.clients:
            client.close()

    def enter(self, name, session, instance="page", **more):
        client = self.server.enter(name, session, instance, **more)
        self.clients.append(client)
        return client

    def three(self, policy="never"):
        session = self.server.session(policy)
        return session, *(self.enter(name, session) for name in ("instructor", "trainee", "trainee2"))


class Demo(LiveTest):
    def test_those_of_the_links_read_english(self):
        for name in ("coordinator", "instructor", "trainee"):
            self.assertEqual(self.server.api(name, "GET", "/me")["language"], "en")


class Entering(LiveTest):
    def test_strangers_and_other_origins_get_no_socket(self):
        port, n, cookie = self.server.who("trainee")
        for args, wanted in (
            ((port, n, "lectern=wrong"), "401"),
            ((port, n + 1000, cookie), "40"),
            ((port, n, cookie, "http://evil.example"), "403"),
            ((port, n, cookie, f"http://localhost:{port}.evil.example"), "403"),
            ((port, n, cookie, "null"), "403"),
        ):
            sock, status, _ = upgrade(*args)
            sock.close()
            self.assertIn(f" {wanted}", status)

    def test_no_extension_is_taken(self):
        sock, status, headers = upgrade(
            *self.server.who("trainee"), extra="Sec-WebSocket-Extensions: permessage-deflate\r\n"
        )
        sock.close()
        self.assertIn(" 101 ", status)
        self.assertFalse([header for header in headers if "extensions" in header.lower()])

    def test_enter_comes_first_and_once(self):
        session = self.server.session()
        client = Client(self.server.who("trainee"))
        self.clients.append(client)
        for kind, fields in (("chat", {"text": "hi"}), ("ping", {}), ("media", dict.fromkeys(("mic", "camera", "screen"), True) | {"mutes": 0})):
            client.refused(kind, "forbidden", **fields)
        client.ok("enter", session=session, instance="x")
        client.refused("enter", "forbidden", session=session, instance="x")

    def test_who_has_no_part_learns_nothing(self):
        session = self.server.session()
        client = Client(self.server.who("leeward-trainee"))
        self.clients.append(client)
        for wrong in (session, "0000000000000", "nonsense", ""):
            client.refused("enter", "not_found", session=wrong, instance="x")

    def test_trainees_wait_for_a_host(self):
        session = self.server.session()
        trainee = self.enter("trainee", session)
        self.assertEqual(trainee.entered["room"]["state"], "waiting")
        self.assertEqual(trainee.entered["media"], "new")
        self.assertEqual((trainee.entered["audio_slots"], trainee.entered["video_slots"]), (4, 9))
        trainee.refused("offer", "unavailable", sdp=offer("firefox-single-plain"))
        host = self.enter("instructor", session)
        self.assertEqual(host.entered["room"]["state"], "open")
        self.assertEqual({m["role"] for m in host.entered["members"]}, {"instructor", "trainee"})
        trainee.event("room", lambda event: event["room"]["state"] == "open")
        listed = self.server.api("trainee", "GET", f"/sessions/{session}")
        self.assertEqual((listed["state"], listed["present"]), ("open", 2))

    def test_a_page_that_comes_back_keeps_its_media(self):
        session, host, trainee, _ = self.three()
        trainee.ok("offer", sdp=offer("firefox-single-plain"))
        trainee.ok("hand", raised=True)
        trainee.close()
        host.member(trainee.id, present=False)
        again = self.enter("trainee", session)
        self.assertEqual((again.entered["media"], again.id), ("keep", trainee.id))
        me = next(m for m in again.entered["members"] if m["id"] == again.id)
        self.assertGreater(me["hand"], 0)
        host.member(trainee.id, present=True)

    def test_another_page_takes_the_seat(self):
        session, host, trainee, _ = self.three()
        host.ok("floor", member=trainee.id, speak=True, show=False, share=False)
        trainee.ok("offer", sdp=offer("firefox-single-plain"))
        trainee.ok("media", mic=True, camera=False, screen=False, mutes=0)
        again = self.enter("trainee", session, "other page")
        self.assertEqual(again.entered["media"], "new")
        self.assertEqual(trainee.event("bye")["reason"], "replaced")
        self.assertEqual(trainee.closed(), 1000)
        host.member(trainee.id, mic=False, may_speak=True, present=True)

    def test_leaving_gives_the_seat_up(self):
        _, host, trainee, _ = self.three()
        trainee.ok("leave")
        self.assertEqual(trainee.closed(), 1000)
        self.assertEqual(host.event("gone")["member"], trainee.id)


class Lobby(LiveTest):
    def test_hosts_prepare_and_begin(self):
        session = self.server.session(minutes=10)
        trainee = self.enter("trainee", session)
        host = self.enter("instructor", session)
        self.assertEqual(host.entered["room"]["state"], "waiting")
        self.assertEqual({(m["id"], m["lobby"]) for m in host.entered["members"]}, {(host.id, False), (trainee.id, True)})
        other = self.enter("trainee2", session)
        self.assertEqual([m["id"] for m in other.entered["members"]], [other.id])
        host.member(other.id, lobby=True)
        host.ok("offer", sdp=offer("firefox-single-plain"))
        host.ok("media", mic=True, camera=True, screen=False, mutes=0)
        host.ok("chat", text="not for the lobby")
        for kind, fields in (("chat", {"text": "hi"}), ("hand", {"raised": True}), ("begin", {}), ("admit", {})):
            trainee.refused(kind, "forbidden", **fields)
        trainee.refused("offer", "unavailable", sdp=offer("firefox-single-plain"))
        host.refused("admit", "unavailable")
        host.ok("begin")
        trainee.event("room", lambda event: event["room"]["state"] == "open")
        trainee.member(trainee.id, lobby=False)
        self.assertNotIn(host.id, json.dumps(trainee.events))
        again = trainee.ok("enter", session=session, instance="page")
        self.assertEqual({m["id"] for m in again["members"]}, {host.id, trainee.id, other.id})
        self.assertEqual([line["text"] for line in again["chat"]], ["not for the lobby"])
        self.assertEqual([(s["slot"], s["member"]) for s in again["slots"]], [(1, host.id)])
        trainee.ok("offer", sdp=offer("firefox-single-plain"))
        trainee.refused("enter", "forbidden", session=session, instance="page")

    def test_the_door_opens_at_its_time(self):
        session = self.server.session(minutes=25)
        client = Client(self.server.who("trainee"))
        self.clients.append(client)
        client.refused("enter", "early", session=session, instance="page")
        self.assertEqual(self.enter("instructor", session).entered["room"]["state"], "waiting")
        session = self.server.session(minutes=60)
        client = Client(self.server.who("instructor"))
        self.clients.append(client)
        client.refused("enter", "early", session=session, instance="page")

    def test_with_approval_each_is_let_in(self):
        session = self.server.session(entry="approval")
        host = self.enter("instructor", session)
        self.assertTrue(host.entered["room"]["approval"])
        trainee, other = (self.enter(name, session) for name in ("trainee", "trainee2"))
        self.assertEqual([m["lobby"] for m in trainee.entered["members"]], [True])
        host.member(other.id, lobby=True)
        host.ok("admit", member=trainee.id)
        trainee.member(trainee.id, lobby=False)
        trainee.ok("enter", session=session, instance="page")
        host.ok("admit")
        trainee.member(other.id, lobby=False)
        other.member(other.id, lobby=False)

    def test_a_cancelled_class_is_not_there(self):
        session = self.server.session(cancelled_at=1)
        client = Client(self.server.who("trainee"))
        self.clients.append(client)
        client.refused("enter", "not_found", session=session, instance="page")


class InClass(LiveTest):
    def test_who_may_do_what(self):
        _, host, trainee, other = self.three()
        everything = {"mic": True, "camera": True, "screen": True, "mutes": 0}
        refused = (
            ("end", {}),
            ("floor", {"member": other.id, "speak": True, "show": True, "share": True}),
            ("hand", {"member": other.id, "raised": False}),
            ("media", everything),
            ("mute", {}),
            ("mute", {"member": other.id}),
            ("record", {"on": True}),
            ("remove", {"member": other.id}),
        )
        for kind, fields in refused:
            trainee.refused(kind, "forbidden", **fields)
        host.refused("record", "forbidden", on=True)  # the policy is never
        host.refused("remove", "forbidden", member=host.id)
        for kind, fields in (("mute", {}), ("remove", {}), ("floor", {"speak": True, "show": True, "share": True})):
            host.refused(kind, "not_found", member="nobody", **fields)
        host.ok("media", **everything)
        trainee.member(host.id, mic=True, camera=True, screen=True)
        slots = trainee.event("slots", lambda event: len(event["slots"]) == 2)["slots"]
        self.assertEqual([(s["slot"], s["kind"], s["member"]) for s in slots], [(0, "screen", host.id), (1, "camera", host.id)])

    def test_the_floor(self):
        _, host, trainee, other = self.three()
        trainee.ok("hand", raised=True)
        host.event("member", lambda event: event["member"]["hand"] > 0)
        host.ok("floor", member=trainee.id, speak=True, show=True, share=False)
        trainee.member(trainee.id, may_speak=True, may_show=True, may_share=False, hand=0)
        trainee.ok("media", mic=True, camera=True, screen=False, mutes=0)
        other.member(trainee.id, mic=True, camera=True)
        self.assertEqual(other.event("slots")["slots"], [{"slot": 2, "member": trainee.id, "kind": "camera"}])
        host.ok("mute")
        trainee.member(trainee.id, mic=False, camera=True)
        trainee.ok("media", mic=True, camera=True, screen=False, mutes=1)
        host.ok("floor", member=trainee.id, speak=False, show=False, share=False)
        trainee.member(trainee.id, mic=False, camera=False, may_speak=False)
        self.assertEqual(other.event("slots", lambda event: not event["slots"])["slots"], [])

    def test_a_mute_is_not_overridden_by_what_crosses_it(self):
        _, host, trainee, _ = self.three()
        host.ok("floor", member=trainee.id, speak=True, show=True, share=False)
        trainee.ok("media", mic=True, camera=False, screen=False, mutes=0)
        host.ok("mute", member=trainee.id)
        muted = trainee.event("member", lambda event: event["member"]["mutes"] == 1)["member"]
        self.assertFalse(muted["mic"])
        trainee.ok("media", mic=True, camera=True, screen=False, mutes=0)
        now = trainee.event("member", lambda event: event["member"]["camera"])["member"]
        self.assertFalse(now["mic"])
        trainee.ok("media", mic=True, camera=True, screen=False, mutes=1)
        self.assertTrue(trainee.event("member", lambda event: event["member"]["mic"])["member"]["mic"])

    def test_one_screen(self):
        _, host, trainee, other = self.three()
        for member in (trainee, other):
            host.ok("floor", member=member.id, speak=False, show=False, share=True)
        trainee.ok("media", mic=False, camera=False, screen=True, mutes=0)
        other.refused("media", "unavailable", mic=False, camera=False, screen=True, mutes=0)
        host.ok("media", mic=False, camera=False, screen=True, mutes=0)
        trainee.member(trainee.id, screen=False)

    def test_chat(self):
        session, host, trainee, _ = self.three()
        self.assertEqual(trainee.ok("chat", text="  ¿Qué tal?\n ")["line"], 1)
        line = host.event("line")["line"]
        self.assertEqual((line["member"], line["text"]), (trainee.id, "¿Qué tal?"))
        trainee.refused("chat", "bad_request", text=" \n ")
        trainee.refused("chat", "bad_request", text="x" * 2001)
        spam = [trainee.request("chat", text="spam").get("error") for _ in range(30)]
        self.assertIn("too_fast", spam)
        late = self.enter("trainee3", session)
        self.assertEqual(late.entered["chat"][0]["text"], "¿Qué tal?")

    def test_removed_for_good(self):
        session, host, trainee, other = self.three()
        host.ok("remove", member=trainee.id)
        self.assertEqual(trainee.event("bye")["reason"], "removed")
        self.assertEqual(other.event("gone")["member"], trainee.id)
        again = Client(self.server.who("trainee"))
        self.clients.append(again)
        again.refused("enter", "forbidden", session=session, instance="page")

    def test_the_end(self):
        session, host, trainee, _ = self.three()
        host.ok("end")
        bye = trainee.event("bye")
        self.assertEqual(bye["reason"], "ended")
        self.assertNotIn("recording", bye)
        self.assertEqual(trainee.closed(), 1000)
        late = Client(self.server.who("trainee"))
        self.clients.append(late)
        late.refused("enter", "ended", session=session, instance="page")

    def test_small_requests(self):
        _, host, trainee, _ = self.three()
        self.assertLess(abs(trainee.ok("ping")["now"] - time.time() * 1000), 5000)
        trainee.ok("view", slots=[{"slot": 0, "height": 720}, {"slot": 8, "height": 0}])
        trainee.refused("view", "bad_request", slots=[{"slot": 9, "height": 720}])


class Media(LiveTest):
    def test_answers(self):
        _, host, trainee, _ = self.three()
        for client, name in ((host, "chromium-simulcast-plain"), (trainee, "firefox-simulcast-plain")):
            answer = client.ok("offer", sdp=offer(name))["sdp"]
            self.assertEqual(answer.count("\r\nm="), 16)
            self.assertIn("a=ice-lite\r\n", answer)
            self.assertRegex(answer, " 127.0.0.1 [1-9][0-9]+ typ host")
            self.assertEqual(client.ok("offer", sdp=offer(name))["sdp"].replace(" 2 IN IP4 127", " 1 IN IP4 127"), answer)

    def test_ice_restart(self):
        _, host, *_ = self.three()
        first = host.ok("offer", sdp=offer("chromium-simulcast-plain"))["sdp"]
        second = host.ok("offer", sdp=offer("chromium-simulcast-restart"))["sdp"]

        def one(pattern, text):
            return re.search(pattern, text).group(1)

        self.assertNotEqual(one("ice-ufrag:(.*)\r", first), one("ice-ufrag:(.*)\r", second))
        self.assertEqual(one("a=ssrc:(.*)\r", first), one("a=ssrc:(.*)\r", second))
        again = ("chromium-simulcast-plain", "chromium-simulcast-restart")
        errors = [host.request("offer", sdp=offer(again[i % 2])).get("error") for i in range(10)]
        self.assertIn("too_fast", errors)

    def test_new_peer(self):
        _, host, *_ = self.three()
        first = host.ok("offer", sdp=offer("chromium-simulcast-plain"))["sdp"]
        second = host.ok("offer", sdp=offer("firefox-simulcast-plain"))["sdp"]
        self.assertNotEqual(re.search("a=ssrc:(.*)\r", first).group(1), re.search("a=ssrc:(.*)\r", second).group(1))

    def test_what_cannot_work(self):
        _, host, *_ = self.three()
        good = offer("firefox-single-plain")
        for bad, why in (
            ("nonsense", "no section"),
            (good.replace("sha-256", "sha-1"), "SHA-256"),
            (good.replace("a=ice-ufrag", "a=x"), "ice-ufrag"),
            (good.replace("BUNDLE", "LS"), "BUNDLE"),
        ):
            self.assertIn(why, host.refused("offer", "bad_request", sdp=bad)["text"])


class Rudeness(LiveTest):
    def test_malformed_messages_change_nothing(self):
        _, host, trainee, _ = self.three()
        for text in ("", "[]", "{}", '{"type":"chat","id":5,"text":"a","member":"b"}', '{"type":"chat","id":5,"text":"a","text":"b"}'):
            trainee.send_text(text)
            reply = trainee.reply(5 if "member" in text else 0)
            self.assertEqual((reply["ok"], reply["error"]), (False, "bad_request"))
        trainee.ok("ping")

    def test_fragments_make_a_message(self):
        _, host, trainee, _ = self.three()
        text = b'{"type":"ping","id":900}'
        trainee.send_frame(1, text[:5], final=False)
        trainee.send_frame(0, text[5:9], final=False)
        trainee.send_frame(0, text[9:])
        self.assertTrue(trainee.reply(900)["ok"])

    def test_too_many_fragments(self):
        _, _, trainee, _ = self.three()
        # at once and not one too many, so that the end of the connection takes no word with it
        first, more = frame(1, b" ", final=False), frame(0, b" ", final=False)
        trainee.sock.sendall(first + more * (MAX_FRAMES - 1))
        self.assertEqual(trainee.closed(), 1008)

    def test_binary_and_large_messages(self):
        client = Client(self.server.who("trainee"))
        self.clients.append(client)
        client.send_frame(2, b"abc")
        self.assertEqual(client.closed(), 1003)
        client = Client(self.server.who("trainee"))
        self.clients.append(client)
        client.send_text(" " * 5000)
        self.assertEqual(client.closed(), 1009)
        _, _, trainee, _ = self.three()
        trainee.send_text(" " * 60000)
        self.assertEqual(trainee.reply(0)["error"], "bad_request")
        try:
            trainee.send_text(" " * 140000)
        except OSError:
            pass
        self.assertIn(trainee.closed(), (1009, None))

    def test_a_flood_is_cut_off_and_others_go_on(self):
        _, host, trainee, other = self.three()
        try:
            for number in range(1000):
                trainee.send_text(f'{{"type":"ping","id":{number + 1}}}')
        except OSError:
            pass
        code = trainee.closed()
        self.assertIn(code, (1008, None))
        if code:  # a reset of the connection takes with it what was said before
            self.assertIn("too_fast", {event.get("error") for event in trainee.events})
        other.ok("ping")

    def test_a_dead_link_is_noticed(self):
        session = self.server.session()
        host = self.enter("instructor", session)
        dead = self.enter("trainee", session, answer_pings=False)
        host.member(dead.id, present=True)
        host.member(dead.id, present=False, patience=2 * DEAD_S)


class Recording(LiveTest):
    def ready(self, recording):
        """Waits until the library has it; how soon that is, tests/e2e/class.test.mjs holds us to."""
        end = time.monotonic() + PATIENCE_S
        while True:
            found = self.server.api("trainee", "GET", f"/recordings/{recording}")
            if found["state"] in ("ready", "failed") or time.monotonic() > end:
                return found
            time.sleep(0.05)

    def log(self, recording):
        return self.server.api("instructor", "GET", f"/recordings/{recording}/events")["events"]

    def folder_lines(self):
        lines = []
        for path in pathlib.Path(self.server.dir, "data", "recordings").glob("*/*/events.jsonl"):
            whole = path.read_text().rpartition("\n")[0]  # the last line may be under way
            lines += [json.loads(line) for line in whole.splitlines()]
        return lines

    def test_always(self):
        _, host, trainee, _ = self.three("always")
        self.assertTrue(host.entered["room"]["recording"])
        trainee.ok("hand", raised=True)
        host.ok("floor", member=trainee.id, speak=True, show=False, share=False)
        trainee.ok("media", mic=True, camera=False, screen=False, mutes=0)
        trainee.ok("chat", text="written down")
        host.ok("end")
        recording = trainee.event("bye")["recording"]
        found = self.ready(recording)
        self.assertIn(found["state"], ("ready", "failed"))  # nothing was sent, so nothing plays
        kinds = [line["type"] for line in self.folder_lines()]
        for kind in ("start", "join", "hand", "floor", "mic", "chat", "leave", "stop"):
            self.assertIn(kind, kinds)

    def test_on_demand(self):
        _, host, trainee, _ = self.three("on_demand")
        self.assertFalse(host.entered["room"]["recording"])
        trainee.refused("record", "forbidden", on=True)
        host.ok("record", on=True)
        room = trainee.event("room", lambda event: event["room"]["recording"])["room"]
        self.assertGreater(room["recording_since"], 0)
        host.ok("record", on=False)
        trainee.event("room", lambda event: not event["room"]["recording"])
        host.ok("record", on=True)
        host.ok("end")
        self.assertIn("recording", trainee.event("bye"))

    def test_a_dead_recorder_is_seen_and_comes_back(self):
        _, host, trainee, _ = self.three("always")
        host.ok("chat", text="before")
        self.until(lambda: "before" in self.texts())
        pid = self.server.recorder_pids()[-1]
        os.kill(pid, signal.SIGKILL)
        trainee.event("room", lambda event: event["room"]["recording_fault"])
        trainee.event("room", lambda event: not event["room"]["recording_fault"])
        host.ok("chat", text="after")
        self.assertNotEqual(self.server.recorder_pids()[-1], pid)
        host.ok("end")
        self.until(lambda: "after" in self.texts())

    def texts(self):
        return [line.get("text") for line in self.folder_lines()]

    def until(self, true):
        end = time.monotonic() + PATIENCE_S
        while not true():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)


class Restarts(LiveTest):
    @classmethod
    def setUpClass(cls):
        pass

    @classmethod
    def tearDownClass(cls):
        pass

    def setUp(self):
        super().setUp()
        self.server = Server()

    def tearDown(self):
        super().tearDown()
        self.server.stop()

    def test_a_killed_server_goes_on(self):
        session, host, trainee, _ = self.three("always")
        opened = host.entered["room"]["opened_at"]
        self.server.wait_for_row("session", f"opened_at = {opened}")
        self.server.kill(signal.SIGKILL)
        for client in self.clients:
            client.closed()
        self.server.start()
        again = self.enter("trainee", session)
        self.assertEqual(again.entered["room"]["state"], "open")
        self.assertEqual(again.entered["room"]["opened_at"], opened)
        self.assertEqual((again.id, again.entered["media"]), (trainee.id, "new"))
        host = self.enter("instructor", session)
        host.ok("end")
        self.assertIn("recording", again.event("bye"))

    def test_a_missing_recorder_is_seen(self):
        self.server.stop()
        self.server = Server(recorder="/nowhere/lectern-recorder")
        _, host, trainee, _ = self.three("always")
        if not trainee.entered["room"]["recording_fault"]:
            trainee.event("room", lambda event: event["room"]["recording_fault"])
        host.ok("end")
        self.assertEqual(trainee.event("bye")["reason"], "ended")

    def test_without_a_recorder_nothing_is_recorded(self):
        self.server.stop()
        self.server = Server(recorder="")
        _, host, trainee, _ = self.three("always")
        self.assertEqual(trainee.entered["room"]["policy"], "never")
        host.refused("record", "unavailable", on=True)

    def test_the_removed_stay_out_of_a_killed_server(self):
        session, host, trainee, _ = self.three()
        host.ok("remove", member=trainee.id)
        self.server.wait_for_row("session_removed")  # the reply does not wait for the disk
        self.server.kill(signal.SIGKILL)
        self.server.start()
        again = Client(self.server.who("trainee"))
        self.clients.append(again)
        again.refused("enter", "forbidden", session=session, instance="page")
        self.enter("instructor", session)
        other = self.enter("trainee2", session)
        self.assertNotIn(trainee.id, [member["id"] for member in other.entered["members"]])

    def test_stopping_says_goodbye(self):
        session, host, trainee, _ = self.three()
        self.server.process.send_signal(signal.SIGTERM)
        for client in (host, trainee):
            self.assertEqual(client.event("bye")["reason"], "shutdown")
        self.assertEqual(self.server.process.wait(PATIENCE_S), 0)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]] + sys.argv[3:])
