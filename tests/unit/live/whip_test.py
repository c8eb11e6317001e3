#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""WHIP and WHEP over HTTP with the real server, beside people in class by their WebSockets.

    whip_test.py LECTERND RECORDER LECTERNCTL [unittest arguments]

Offers are those of programs and browsers in offers/: media itself is in tests/e2e and tests/interop.
"""
import http.client
import json
import os
import sqlite3
import subprocess
import sys
import time
import unittest

from server_test import LiveTest, Server, offer
from wsclient import PATIENCE_S

LECTERNCTL = sys.argv[3]
SDP, FRAGMENT = "application/sdp", "application/trickle-ice-sdpfrag"
PUBLISH, WATCH = "gstreamer-publish", "pion-watch"
CANDIDATE = "a=candidate:1 1 udp 2130706431 192.0.2.1 9 typ host\r\n"


def credentials(number):
    return f"a=ice-ufrag:ufrag{number}\r\na=ice-pwd:{number:024}\r\n"


class WhipTest(LiveTest):
    def ctl(self, *more):
        command = [LECTERNCTL, "room", "--data", os.path.join(self.server.dir, "data"), *more]
        return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)

    def room(self, *more):
        """A room whose people the demo's trainees are, with a name of its own."""
        course = next(
            session["course"]["title"]
            for session in self.server.api("trainee", "GET", "/sessions")["sessions"]
        )
        made = self.ctl("--json", "--record", "never", "--course", course, *more)
        self.assertEqual((made.returncode, made.stderr), (0, ""))
        return json.loads(made.stdout)

    def ask(self, method, path, token=None, body=None, kind=None, source="127.0.0.1", **headers):
        """One request; returns (status, headers, text)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, PATIENCE_S, (source, 0))
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if kind:
            headers["Content-Type"] = kind
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, answer.headers, text

    def status(self, *args, **more):
        return self.ask(*args, **more)[0]

    def post(self, room, direction="whip", name=None, token=None):
        name = name or {"whip": PUBLISH, "whep": WATCH}[direction]
        path, token = f"/{direction}/{room['room']}", token or room[f"{direction}_token"]
        return self.ask("POST", path, token, offer(name), SDP)

    def made(self, room, direction="whip", name=None):
        """The address of a new session and its ETag."""
        status, headers, text = self.post(room, direction, name)
        self.assertEqual(status, 201, text)
        return headers["Location"], headers["ETag"]

    def patch(self, path, token, body, **headers):
        return self.ask("PATCH", path, token, body, FRAGMENT, **headers)

    def database(self, sql, *values):
        with sqlite3.connect(os.path.join(self.server.dir, "data", "lectern.db"), timeout=5) as base:
            base.execute(sql, values)
        base.close()


class Rooms(WhipTest):
    def test_a_room_has_two_addresses_and_two_tokens(self):
        room = self.room("--url", "https://class.example.org/")
        self.assertEqual(set(room), {"room", "whip", "whip_token", "whep", "whep_token"})
        self.assertEqual(room["whip"], f"https://class.example.org/whip/{room['room']}")
        self.assertEqual(room["whep"], f"https://class.example.org/whep/{room['room']}")
        self.assertNotEqual(room["whip_token"], room["whep_token"])
        plain = self.ctl()
        self.assertEqual(plain.returncode, 0, plain.stderr)
        self.assertIn("http://localhost:8080/whip/", plain.stdout)

    def test_what_it_cannot_do_it_says(self):
        for more, word in (
            (("--site", "nowhere"), "nowhere"),
            (("--course", "None such"), "None such"),
            (("--hours", "0"), "--hours"),
            (("--hours", "1x"), "--hours"),
            (("--record", "maybe"), "--record"),
            (("--url", "class.example.org"), "--url"),
            (("--title", ""), "--title"),
            (("--name", "x" * 128), "--name"),
            (("more",), "more"),
            (("--config", "/nonexistent"), "/nonexistent"),
            (("--data", "/proc/nothing"), "/proc/nothing"),
        ):
            made = self.ctl(*more)
            self.assertEqual((made.returncode, made.stdout), (1, ""), more)
            self.assertIn(word, made.stderr)

    def test_tokens_are_kept_as_hashes(self):
        room = self.room()
        data = os.path.join(self.server.dir, "data")
        for name in os.listdir(data):
            path = os.path.join(data, name)
            if name.startswith("lectern.db"):
                with open(path, "rb") as file:
                    content = file.read()
                self.assertNotIn(room["whip_token"].encode(), content)
                self.assertNotIn(room["whep_token"].encode(), content)


class Refusals(WhipTest):
    def test_only_the_right_token_opens(self):
        room, other = self.room(), self.room()
        for direction in ("whip", "whep"):
            wrong = [
                room["whep_token" if direction == "whip" else "whip_token"],
                other[f"{direction}_token"],
                "x" * 43,
                "x",
                "x" * 100,
                room[f"{direction}_token"][:-1],
            ]
            for token in wrong:
                status, headers, text = self.post(room, direction, token=token)
                self.assertEqual(status, 401)
                self.assertTrue(headers["WWW-Authenticate"].startswith("Bearer"))
                self.assertEqual(headers["Content-Type"], "text/plain; charset=utf-8")
                self.assertNotIn(token, text)
            path = f"/{direction}/{room['room']}"
            self.assertEqual(self.status("POST", path, None, offer(PUBLISH), SDP), 401)
            basic = {"Authorization": "Basic eDp5"}
            self.assertEqual(self.status("POST", path, None, offer(PUBLISH), SDP, **basic), 401)

    def test_a_token_expires(self):
        room = self.room()
        self.database("UPDATE stream_token SET expires_at = 1 WHERE direction = 'publish'")
        self.assertEqual(self.post(room)[0], 401)
        self.assertEqual(self.post(room, "whep")[0], 201)

    def test_unknown_rooms(self):
        room = self.room()
        session = self.server.session()  # a class without tokens is no room
        for name in ("0000000000000", "nonsense", session):
            self.assertEqual(self.post(room | {"room": name})[0], 404)
            path = f"/whip/{name}/{'x' * 22}"
            self.assertEqual(self.status("DELETE", path, room["whip_token"]), 404)

    def test_offers_that_cannot_work_say_why(self):
        room = self.room()
        path = f"/whip/{room['room']}"
        for body, word in (
            ("", "no section"),
            ("v=0\r\n", "no section"),
            (offer(PUBLISH).replace("a=ice-pwd", "a=x"), "ice-"),
            (offer(PUBLISH).replace("sha-256", "sha-1"), "SHA-256"),
            (offer(PUBLISH).replace("a=group:BUNDLE", "a=x"), "BUNDLE"),
            (offer(WATCH), "no section of the offer sends"),
            ("\0\xff" * 100, "no section"),
        ):
            status, headers, text = self.ask("POST", path, room["whip_token"], body.encode("latin1"), SDP)
            self.assertEqual(status, 400, text)
            self.assertEqual(headers["Content-Type"], "text/plain; charset=utf-8")
            self.assertIn(word, text)
        path = f"/whep/{room['room']}"
        status, _, text = self.ask("POST", path, room["whep_token"], offer("libdatachannel-publish-h264"), SDP)
        self.assertEqual(status, 400)
        self.assertIn("receives", text)

    def test_methods_types_and_sizes(self):
        room = self.room()
        path, token = f"/whip/{room['room']}", room["whip_token"]
        self.assertEqual(self.status("POST", path, token, offer(PUBLISH), "application/json"), 415)
        self.assertEqual(self.status("POST", path, token, offer(PUBLISH), None), 415)
        self.assertEqual(self.status("POST", path, token, "x" * (128 * 1024 + 1), SDP), 413)
        for method in ("GET", "PUT", "DELETE", "PATCH"):
            status, headers, _ = self.ask(method, path, token, Content_Length="0")
            self.assertEqual((status, headers["Allow"]), (405, "POST, OPTIONS"))
        session, _ = self.made(room)
        for method in ("GET", "POST", "PUT"):
            status, headers, _ = self.ask(method, session, token, Content_Length="0")
            self.assertEqual((status, headers["Allow"]), (405, "PATCH, DELETE, OPTIONS"))
        self.assertEqual(self.status("PATCH", session, token, CANDIDATE, SDP, If_Match="*"), 415)

    def test_pages_of_every_origin_may_ask(self):
        room = self.room()
        path = f"/whep/{room['room']}"
        origin = {"Origin": "https://player.example"}
        status, headers, _ = self.ask(
            "OPTIONS", path, Access_Control_Request_Method="POST", **origin
        )
        self.assertEqual(status, 204)
        self.assertEqual(headers["Accept-Post"], SDP)
        self.assertEqual(headers["Access-Control-Allow-Origin"], "*")
        self.assertIn("POST", headers["Access-Control-Allow-Methods"])
        for name in ("Authorization", "Content-Type", "If-Match"):
            self.assertIn(name, headers["Access-Control-Allow-Headers"])
        answers = (
            self.ask("POST", path, room["whep_token"], offer(WATCH), SDP, **origin),
            self.ask("POST", path, None, offer(WATCH), SDP, **origin),
        )
        self.assertEqual([answer[0] for answer in answers], [201, 401])
        for _, headers, _ in answers:
            self.assertEqual(headers["Access-Control-Allow-Origin"], "*")
            for name in ("Location", "ETag"):
                self.assertIn(name, headers["Access-Control-Expose-Headers"])
        _, headers, _ = self.ask("OPTIONS", answers[0][1]["Location"])
        self.assertIn("PATCH, DELETE", headers["Access-Control-Allow-Methods"])
        self.assertIsNone(self.ask("OPTIONS", "/healthz")[1]["Access-Control-Allow-Origin"])


class Guesses(WhipTest):
    """Each test comes from addresses of its own: what they did stays with the server."""

    def guess(self, source, path, limit=100):
        """Wrong tokens until they are not even looked at; returns what is answered then."""
        for _ in range(limit):
            status, headers, text = self.ask("POST", path, "x" * 43, offer(PUBLISH), SDP, source)
            if status == 429:
                return headers, text
            self.assertIn(status, (401, 404))
        self.fail(f"{limit} guesses were answered")

    def refused_after_guesses(self, source, path, method, where):
        """Whether that is refused while guesses are; one more may be let through at any moment."""
        for _ in range(10):
            self.guess(source, path)
            body = (offer(PUBLISH), SDP) if method == "POST" else (None, None)
            if self.status(method, where, "y" * 43, *body, source) == 429:
                return True
        return False

    def test_guesses_at_tokens_are_few_and_lock_no_other_address_out(self):
        room = self.room()
        path, token = f"/whip/{room['room']}", room["whip_token"]
        headers, text = self.guess("127.0.9.1", path)
        self.assertIn("Too many", text)
        self.assertEqual(headers["Content-Type"], "text/plain; charset=utf-8")
        self.assertEqual(headers["Access-Control-Allow-Origin"], "*")
        self.assertTrue(self.refused_after_guesses("127.0.9.1", path, "POST", path))
        self.assertEqual(self.status("POST", path, token, offer(PUBLISH), SDP, "127.0.9.2"), 201)
        headers, _ = self.guess("127.0.9.1", path)
        time.sleep(int(headers["Retry-After"]))  # as told, not longer
        self.assertEqual(self.status("POST", path, token, offer(PUBLISH), SDP, "127.0.9.1"), 201)

    def test_a_right_token_from_an_address_of_guesses_waits_too(self):
        room, source = self.room(), "127.0.9.8"
        path = f"/whip/{room['room']}"
        self.guess(source, path)
        for _ in range(20):  # it is known once it was let in, so each has a token of its own
            token = self.room()["whip_token"]
            self.guess(source, path)
            if self.status("POST", path, token, offer(PUBLISH), SDP, source) == 429:
                return
        self.fail("guesses do not keep anybody waiting")

    def test_guesses_at_rooms_are_few_too(self):
        self.guess("127.0.9.3", "/whep/0000000000000")

    def test_who_was_in_before_is_not_locked_out(self):
        room, source = self.room(), "127.0.9.4"
        path, token = f"/whip/{room['room']}", room["whip_token"]
        status, headers, _ = self.ask("POST", path, token, offer(PUBLISH), SDP, source)
        self.assertEqual(status, 201)
        self.guess(source, path)
        self.assertEqual(self.status("POST", path, token, offer(PUBLISH), SDP, source), 201)
        self.assertTrue(self.refused_after_guesses(source, path, "DELETE", headers["Location"]))
        self.assertEqual(self.status("DELETE", headers["Location"], token, source=source), 200)

    def test_no_token_is_no_guess(self):
        room = self.room()
        path, source = f"/whep/{room['room']}", "127.0.9.5"
        for _ in range(100):
            self.assertEqual(self.status("POST", path, None, offer(WATCH), SDP, source), 401)
        self.assertEqual(self.status("POST", path, room["whep_token"], offer(WATCH), SDP, source), 201)

    def test_guesses_at_links_are_few(self):
        made = [self.ask("GET", f"/signin/{'x' * 43}", source="127.0.9.6") for _ in range(100)]
        self.assertEqual({status for status, _, _ in made}, {303, 429})
        _, headers, text = next(answer for answer in made if answer[0] == 429)
        self.assertEqual(headers["Content-Type"], "text/plain; charset=utf-8")
        self.assertGreaterEqual(int(headers["Retry-After"]), 1)
        self.assertIn("Open yours again", text)
        self.assertEqual(self.ask("GET", f"/signin/{'x' * 43}", source="127.0.9.7")[0], 303)


class Proxied(WhipTest):
    """Behind a reverse proxy the one who asks is in X-Forwarded-For."""

    PROXY, STRANGER = "127.0.9.20", "127.0.9.21"

    @classmethod
    def setUpClass(cls):
        cls.server = Server(config=f'http: {{ trusted_proxies = [ "{cls.PROXY}/32" ]; }};\n')

    def wrong(self, path, source, *forwarded):
        """A wrong token, with a line of the header for each of `forwarded`; returns the status."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, PATIENCE_S, (source, 0))
        connection.putrequest("POST", path)
        for line in forwarded:
            connection.putheader("X-Forwarded-For", line)
        connection.putheader("Authorization", f"Bearer {'x' * 43}")
        connection.putheader("Content-Type", SDP)
        connection.putheader("Content-Length", "0")
        connection.endheaders()
        status = connection.getresponse().status
        connection.close()
        return status

    def test_each_behind_it_has_a_limit_of_his_own(self):
        path = f"/whip/{self.room()['room']}"
        for i in range(100):
            # whatever he claims himself, in a line of his own or in the proxy's
            claim = (f"198.51.100.{i}, 192.0.2.1",) if i % 2 else (f"198.51.100.{i}", "192.0.2.1")
            if self.wrong(path, self.PROXY, *claim) == 429:
                break
        else:
            self.fail("guesses through a proxy are not counted")
        self.assertEqual(self.wrong(path, self.PROXY, "192.0.2.2"), 401)
        self.assertIn(429, [self.wrong(path, self.PROXY, "192.0.2.1") for _ in range(10)])
        self.assertEqual(self.wrong(path, "127.0.0.1"), 401)

    def test_nobody_else_is_believed(self):
        path = f"/whip/{self.room()['room']}"
        made = [self.wrong(path, self.STRANGER, f"192.0.2.{i}") for i in range(10, 60)]
        self.assertIn(429, made)


class Sessions(WhipTest):
    def test_an_answer_is_whole(self):
        room = self.room()
        for direction, way in (("whip", "recvonly"), ("whep", "sendonly")):
            status, headers, answer = self.post(room, direction)
            self.assertEqual((status, headers["Content-Type"]), (201, SDP))
            self.assertRegex(headers["Location"], f"^/{direction}/{room['room']}/[-\\w]{{22}}$")
            self.assertRegex(headers["ETag"], '^"[^"]+"$')
            self.assertIn(FRAGMENT, headers["Accept-Patch"])
            for line in ("a=ice-lite", "a=setup:passive", "a=end-of-candidates", f"a={way}", " typ host"):
                self.assertIn(line, answer)
            self.assertNotIn("a=sendrecv", answer)

    def test_candidates_are_taken(self):
        room = self.room()
        path, etag = self.made(room)
        token = room["whip_token"]
        self.assertEqual(self.patch(path, token, CANDIDATE)[0], 428)
        self.assertEqual(self.patch(path, token, CANDIDATE, If_Match='"another"')[0], 412)
        self.assertEqual(self.patch(path, token, CANDIDATE, If_Match=etag)[0], 204)
        self.assertEqual(self.patch(path, token, CANDIDATE, If_Match=f'"x", {etag}')[0], 204)
        self.assertEqual(self.patch(path, token, "a=end-of-candidates\r\n", If_Match=etag)[0], 204)
        self.assertEqual(self.patch(path, token, "", If_Match=etag)[0], 400)
        self.assertEqual(self.patch(path, token, "a=ice-ufrag:abcd\r\n", If_Match="*")[0], 400)
        self.assertEqual(self.patch(path, room["whep_token"], CANDIDATE, If_Match=etag)[0], 401)
        self.assertEqual(self.patch(path, None, CANDIDATE, If_Match=etag)[0], 401)
        self.assertEqual(self.patch(path[:-1] + "!", token, CANDIDATE, If_Match=etag)[0], 404)

    def test_ice_restarts(self):
        room = self.room()
        path, etag = self.made(room)
        token = room["whip_token"]
        status, headers, text = self.patch(path, token, credentials(1) + CANDIDATE, If_Match="*")
        self.assertEqual((status, headers["Content-Type"]), (200, FRAGMENT))
        self.assertNotEqual(headers["ETag"], etag)
        for line in ("a=ice-lite", "a=ice-ufrag:", "a=ice-pwd:", " typ host", "a=mid:audio0"):
            self.assertIn(line, text)
        self.assertEqual(self.patch(path, token, CANDIDATE, If_Match=etag)[0], 412)
        self.assertEqual(self.patch(path, token, CANDIDATE, If_Match=headers["ETag"])[0], 204)
        # the same credentials again are no restart, others at once are too many
        self.assertEqual(self.patch(path, token, credentials(1), If_Match="*")[0], 204)
        more = [self.patch(path, token, credentials(i), If_Match="*")[:2] for i in range(2, 20)]
        self.assertIn((429, "1"), [(status, headers["Retry-After"]) for status, headers in more])

    def test_delete_ends_it_once(self):
        room = self.room()
        for direction in ("whip", "whep"):
            path, etag = self.made(room, direction)
            token = room[f"{direction}_token"]
            self.assertEqual(self.status("DELETE", path), 401)
            self.assertEqual(self.status("DELETE", path, "x" * 43), 401)
            other = path.replace("/whip/", "/whep/") if direction == "whip" else path.replace("/whep/", "/whip/")
            self.assertEqual(self.status("DELETE", other, token), 404)
            self.assertEqual(self.status("DELETE", path, token), 200)
            self.assertEqual(self.status("DELETE", path, token), 404)
            self.assertEqual(self.patch(path, token, CANDIDATE, If_Match=etag)[0], 404)

    def test_who_watches_waits_for_a_class_that_is_planned(self):
        room = self.room()
        self.database("UPDATE session SET state = 'scheduled', opened_at = 0 WHERE title = 'Live stream'")
        status, headers, text = self.post(room, "whep")
        self.assertEqual(status, 503)
        self.assertTrue(headers["Retry-After"])
        self.assertIn("not open", text)
        self.made(room)
        self.made(room, "whep")

    def test_a_full_class_says_so(self):
        room = self.room()
        for _ in range(1024):
            status, headers, text = self.post(room, "whep")
            self.assertEqual(status, 201, text)
        status, headers, text = self.post(room, "whep")
        self.assertEqual(status, 503)
        self.assertIn("full", text)
        self.assertTrue(headers["Retry-After"])


class InClass(WhipTest):
    def test_who_teaches_is_a_member(self):
        room = self.room("--name", "Studio 1")
        host = self.enter("coordinator", room["room"])
        path, _ = self.made(room)
        stream = host.event("member", lambda event: event["member"]["name"] == "Studio 1")["member"]
        self.assertEqual((stream["role"], stream["present"]), ("instructor", True))
        host.member(stream["id"], mic=True, camera=True, screen=False)
        slots = host.event("slots")["slots"]
        self.assertEqual(slots, [{"slot": 1, "member": stream["id"], "kind": "camera"}])
        trainee = self.enter("trainee", room["room"])
        self.assertIn("Studio 1", [member["name"] for member in trainee.entered["members"]])
        host.ok("mute", member=stream["id"])
        trainee.member(stream["id"], mic=False, camera=True)
        self.assertEqual(self.status("DELETE", path, room["whip_token"]), 200)
        for client in (host, trainee):
            self.assertEqual(client.event("gone")["member"], stream["id"])
        self.assertEqual(host.event("slots")["slots"], [])

    def test_a_second_picture_is_the_screen(self):
        room = self.room()
        host = self.enter("coordinator", room["room"])
        self.made(room, name="chromium-single-plain")
        stream = host.event("slots")["slots"][0]["member"]
        listed = self.enter("trainee", room["room"]).entered
        slots = {(slot["slot"], slot["kind"]) for slot in listed["slots"] if slot["member"] == stream}
        self.assertEqual(slots, {(0, "screen"), (1, "camera")})

    def test_who_watches_is_a_trainee_that_can_be_removed(self):
        room = self.room()
        host = self.enter("coordinator", room["room"])
        path, etag = self.made(room, "whep")
        player = host.event("member", lambda event: event["member"]["name"] == "Player")["member"]
        self.assertEqual((player["role"], player["mic"], player["may_speak"]), ("trainee", False, False))
        host.ok("remove", member=player["id"])
        self.assertEqual(host.event("gone")["member"], player["id"])
        self.assertEqual(self.patch(path, room["whep_token"], CANDIDATE, If_Match=etag)[0], 404)

    def test_sessions_end_with_the_class(self):
        room = self.room()
        host = self.enter("coordinator", room["room"])
        made = {direction: self.made(room, direction) for direction in ("whip", "whep")}
        host.ok("end")
        self.assertEqual(host.event("bye")["reason"], "ended")
        for direction, (path, etag) in made.items():
            token = room[f"{direction}_token"]
            self.assertEqual(self.patch(path, token, CANDIDATE, If_Match=etag)[0], 404)
            self.assertEqual(self.status("DELETE", path, token), 404)
            status, _, text = self.post(room, direction)
            self.assertEqual(status, 410)
            self.assertIn("over", text)

    def test_a_room_opens_without_anybody_there(self):
        room = self.room()
        self.made(room, "whep")
        path, _ = self.made(room)
        listed = self.server.api("trainee", "GET", f"/sessions/{room['room']}")
        self.assertEqual((listed["state"], listed["present"]), ("open", 2))
        self.assertEqual(self.status("DELETE", path, room["whip_token"]), 200)

    def test_rooms_outlive_the_server(self):
        room = self.room()
        path, etag = self.made(room)
        self.server.kill(9)
        more = self.room_while_stopped()
        self.server.start()
        self.assertEqual(self.patch(path, room["whip_token"], CANDIDATE, If_Match=etag)[0], 404)
        self.made(room)
        self.made(more)

    def room_while_stopped(self):
        made = self.ctl("--json", "--record", "never")
        self.assertEqual(made.returncode, 0, made.stderr)
        return json.loads(made.stdout)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]] + sys.argv[4:], warnings="ignore")
