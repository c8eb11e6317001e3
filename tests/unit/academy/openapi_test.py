#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The OpenAPI document that the server serves, held against the table of routes and against what it answers.

    openapi_test.py LECTERND TABLE.C
"""
import json
import pathlib
import re
import sys
import unittest

import jsonschema

from campus import Campus, ask

LECTERND, TABLE = sys.argv[1:3]
# Routes whose fragment is still to be written. Only ever shorter.
NOT_YET = {
    ("get", "/guest/{}"),
    ("post", "/guest/{}"),
    ("delete", "/guests/{}"),
    ("get", "/invite/{}"),
    ("post", "/invite/{}"),
    ("post", "/me/password"),
    ("post", "/me/recovery"),
    ("post", "/me/signins/end"),
    ("delete", "/me/signins/{}"),
    ("post", "/me/totp"),
    ("post", "/me/totp/confirm"),
    ("post", "/me/totp/end"),
    ("get", "/people"),
    ("post", "/people"),
    ("post", "/people/import"),
    ("delete", "/people/{}"),
    ("get", "/people/{}"),
    ("patch", "/people/{}"),
    ("post", "/people/{}/invite"),
    ("post", "/people/{}/reset"),
    ("post", "/people/{}/signout"),
    ("get", "/reset/{}"),
    ("post", "/reset/{}"),
    ("get", "/sessions/{}/guests"),
    ("post", "/sessions/{}/guests"),
}
ROW = re.compile(r'{ METHOD_(\w+), "(/[^"]*)"')


def routes():
    """(method, pattern) of the API, ids without their names."""
    table = pathlib.Path(TABLE).read_text()
    part = table[table.index("api_routes[]") : table.index("page_routes[]")]
    return {(method.lower(), re.sub("<[^>]*>", "{}", pattern)) for method, pattern in ROW.findall(part)}


class OpenApi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.campus = Campus(LECTERND)
        cls.addClassCleanup(cls.campus.close)
        cls.document = ask(cls.campus.port, "GET", "/api/v1/openapi.json").json
        cls.promote("coordinator", "admin")

    @classmethod
    def promote(cls, name, role):
        """The demo has no administrators: one of the network, who is one of the academy too."""
        number = cls.campus.who(name)[0].rsplit("/", 1)[1]
        person, site = cls.campus.rows("SELECT p.id, m.site FROM person p JOIN site_person m ON m.person = p.id"
                                       " WHERE p.number = ?", number)[0]
        top = cls.campus.rows("SELECT id FROM site WHERE parent IS NULL")[0][0]
        cls.campus.run("INSERT INTO site_person (site, person) VALUES (?, ?)", top, person)
        for where in (site, top):
            cls.campus.run("INSERT INTO role (site, person, role) VALUES (?, ?, ?)", where, person, role)

    def operation(self, method, path):
        for known, operations in self.document["paths"].items():
            if re.fullmatch(re.sub(r"{[^}]+}", "[^/]+", known.replace(".", r"\.")), path.split("?")[0]):
                if method.lower() in operations:
                    return operations[method.lower()]
        self.fail(f"{method} {path} is not described")

    def check(self, schema, value, what):
        resolver = jsonschema.RefResolver("", self.document)
        validator = jsonschema.Draft202012Validator(schema, resolver=resolver)
        errors = [f"{what}: {error.json_path}: {error.message}" for error in validator.iter_errors(value)]
        self.assertEqual([], errors[:3])

    def ask(self, method, path, body=None, status=200, name="coordinator"):
        """Asks, and compares what was sent and what came with what is described."""
        operation = self.operation(method, path)
        answer = self.campus.ask(name, method, path, body)
        what = f"{method} {path}"
        self.assertEqual(status, answer.status, f"{what}: {answer.body}")
        self.assertIn(str(status), operation["responses"], what)
        described = operation["responses"][str(status)].get("content", {})
        if answer.body:
            type = answer.headers["Content-Type"].split(";")[0]
            self.assertIn(type, described, what)
            if type == "application/json":
                self.check(described[type]["schema"], answer.json, what)
        if isinstance(body, dict) and status < 400:
            self.check(operation["requestBody"]["content"]["application/json"]["schema"], body, what)
        return answer

    def test_the_document_is_one_of_openapi_3_1(self):
        self.assertRegex(self.document["openapi"], r"^3\.1\.")
        text = json.dumps(self.document)
        for name in re.findall(r'"#/components/schemas/(\w+)"', text):
            self.assertIn(name, self.document["components"]["schemas"])
        for schema in self.document["components"]["schemas"].values():
            jsonschema.Draft202012Validator.check_schema(schema)
        for path, operations in self.document["paths"].items():
            for method, operation in operations.items():
                self.assertTrue(operation["summary"], (method, path))
                self.assertTrue(any(status < "400" for status in operation["responses"]), (method, path))

    def test_every_route_is_described_and_nothing_else(self):
        described = {
            (method, re.sub(r"{[^}]+}", "{}", path))
            for path, operations in self.document["paths"].items()
            for method in operations
        }
        self.assertEqual(set(), described - routes(), "described, but no route")
        self.assertEqual(NOT_YET, routes() - described, "not described, or described and still in NOT_YET")

    def test_the_document_is_served_below_both_prefixes(self):
        self.assertEqual(self.document, self.ask("GET", "/openapi.json").json)

    def test_what_is_asked_for_everywhere_is_as_described(self):
        """Every route that needs no id; /audit last, when there is something to tell."""
        for method, pattern in sorted(routes(), key=lambda route: route[1].startswith("/audit")):
            if method == "get" and "{" not in pattern and (method, pattern) not in NOT_YET:
                self.ask("GET", pattern)

    def test_errors_are_as_described(self):
        self.ask("GET", "/sessions/0000000000001", status=404)
        self.ask("GET", "/audit", status=403, name="trainee")
        self.ask("POST", "/tokens", {"name": ""}, status=400)

    def test_sessions(self):
        course = self.ask("GET", "/courses").json["courses"][0]["id"]
        body = {"course": course, "title": "T", "starts_at": 0, "length_min": 30, "policy": "never"}
        made = self.ask("POST", "/sessions", body, 201).json
        self.ask("GET", f"/sessions/{made['id']}")

    def test_attendance(self):
        session = self.ask("GET", "/sessions").json["sessions"][0]
        site, number = self.campus.rows("SELECT site, id FROM session WHERE title = ?", session["title"])[0]
        person = self.campus.rows("SELECT id FROM person WHERE name = 'Kemar Baptiste'")[0][0]
        start, end = 1790000000000, 1790000000000 + 3600000
        self.campus.run("UPDATE session SET state = 'ended', starts_at = ?, length_min = 60, opened_at = ?, ended_at = ? WHERE id = ?",
                        start, start, end, number)
        for kind, begin, to, sent, heard in (
            ("join", start, start, 0, 0),
            ("present", start, start + 1200000, 1200000, 600000),
            ("present", start + 1200000, start + 1800000, 0, 0),  # nothing was to be heard
            ("leave", start + 1800000, start + 1800000, 0, 0),
        ):
            self.campus.run("INSERT INTO attendance (id, site, session, person, kind, at, from_ms, to_ms, sent_ms, heard_ms, link)"
                            " VALUES (abs(random()), ?, ?, ?, ?, ?, ?, ?, ?, ?, 'good')",
                            site, number, person, kind, to, begin, to, sent, heard)
        path = f"/sessions/{session['id']}/attendance"
        people = self.ask("GET", path).json["people"]
        kemar = next(line for line in people if line["person"]["name"] == "Kemar Baptiste")
        self.assertEqual((1800000, 1200000, 600000, 1200000, 33),
                         tuple(kemar[key] for key in ("present_ms", "sent_ms", "heard_ms", "attended_ms", "percent")))
        absent = next(line for line in people if line["expected"] and line["person"]["name"] != "Kemar Baptiste")
        self.assertEqual((0, 0), (absent["joined_at"], absent["percent"]))
        table = self.ask("GET", path + ".csv").body.decode("utf-8-sig").splitlines()
        self.assertEqual(len(people) + 1, len(table))
        self.assertTrue(self.ask("GET", path + ".pdf").body.startswith(b"%PDF-"))
        mine = f"/people/{kemar['person']['id']}/attendance"
        self.assertEqual([33], [line["percent"] for line in self.ask("GET", mine, name="trainee").json["sessions"]
                                if line["session"]["id"] == session["id"]])
        self.ask("GET", mine + ".csv", name="trainee")
        self.assertTrue(self.ask("GET", mine + ".pdf", name="trainee").body.startswith(b"%PDF-"))
        self.ask("GET", path, status=403, name="trainee")
        self.campus.run("INSERT INTO recording (site, id, session, folder, state, started_at, duration_ms)"
                        " VALUES (?, 77, ?, 'x/77', 'ready', ?, 3600000)", site, number, start)
        recording = next(r["id"] for r in self.ask("GET", "/recordings", name="trainee").json["recordings"]
                         if r["session"]["id"] == session["id"])
        watched = f"/recordings/{recording}/watched"
        self.ask("POST", watched, {"ranges": [[1200000, 2400000], [2000000, 2400000]]}, 204, name="trainee")
        for wrong in ([], [[5, 5]], [[-1, 5]], [[0, 9999999]], [["a", 1]], [[0, 1, 2]], "x"):
            self.assertEqual(400, self.campus.ask("trainee", "POST", watched, {"ranges": wrong}).status, wrong)
        # 20 minutes of which half was heard, 10 quiet ones that the replay tells again, and 10 more of the replay.
        kemar = next(line for line in self.ask("GET", path).json["people"] if line["person"] == kemar["person"])
        self.assertEqual((1200000, 1800000, 50), (kemar["replay_ms"], kemar["attended_ms"], kemar["percent"]))

    def test_sites(self):
        top = next(site for site in self.ask("GET", "/sites").json["sites"] if not site["parent"])
        admin = {"email": "first@new.example", "name": "First"}
        body = {"parent": top["id"], "slug": "new", "name": "New", "time_zone": "America/Curacao", "language": "nl"}
        made = self.ask("POST", "/sites", {**body, "admin": admin}, 201).json
        self.ask("PATCH", f"/sites/{made['id']}", {"colour": "#ffff00"}, 400)
        changed = {"colour": "#0b5a69", "quota_bytes": 5 << 30}
        self.assertEqual(5 << 30, self.ask("PATCH", f"/sites/{made['id']}", changed).json["quota_bytes"])
        self.ask("PUT", f"/sites/{made['id']}/logo", b"<svg/>", 400)
        self.ask("PUT", f"/sites/{made['id']}/logo", b"\x89PNG\r\n\x1a\n and so on", 204)
        logo = self.ask("GET", f"/sites/{made['id']}/logo")
        self.assertEqual(("image/png", b"\x89PNG\r\n\x1a\n and so on"), (logo.headers["Content-Type"], logo.body))
        self.assertEqual("nosniff", logo.headers["X-Content-Type-Options"])
        self.ask("DELETE", f"/sites/{made['id']}/logo", status=204)
        self.ask("GET", f"/sites/{made['id']}/logo", status=404)

    def test_tokens(self):
        made = self.ask("POST", "/tokens", {"name": "T", "scopes": ["read"], "days": 2}, 201).json
        bearer = {"Authorization": f"Bearer {made['secret']}"}
        port = self.campus.port
        self.assertEqual(200, ask(port, "GET", "/api/v1/me", **bearer).status)
        self.assertEqual(403, ask(port, "PATCH", "/api/v1/me", {"language": "es"}, **bearer).status)
        self.assertEqual(403, ask(port, "GET", "/api/v1/audit", **bearer).status, "that takes the scope admin")
        self.assertEqual(401, ask(port, "GET", "/api/v1/me").status)
        self.assertEqual(401, ask(port, "GET", "/api/v1/me", Authorization="Bearer lectern_x").status)
        self.ask("DELETE", f"/tokens/{made['id']}", status=204)
        self.assertEqual(401, ask(port, "GET", "/api/v1/me", **bearer).status)

    def test_a_token_sees_nothing_of_other_sites(self):
        """Its person administers the network, and yet it is for one site."""
        made = self.ask("POST", "/tokens", {"name": "T", "scopes": ["read", "admin"], "days": 2}, 201).json
        bearer = {"Authorization": f"Bearer {made['secret']}"}
        here, other = self.campus.rows("SELECT slug FROM site WHERE slug IN ('windward', 'leeward') ORDER BY slug DESC")
        for slug, status in ((here[0], 200), (other[0], 404)):
            site = next(s for s in self.ask("GET", "/sites").json["sites"] if s["slug"] == slug)
            self.assertEqual(status, ask(self.campus.port, "GET", f"/api/v1/sites/{site['id']}", **bearer).status)

    def test_a_key_is_used_once(self):
        course = self.ask("GET", "/courses").json["courses"][0]["id"]
        body = {"course": course, "title": "Once", "starts_at": 0, "length_min": 30, "policy": "never"}
        first, again = (self.campus.ask("coordinator", "POST", "/sessions", body, Idempotency_Key="k1") for _ in "ab")
        self.assertEqual((201, 201), (first.status, again.status))
        self.assertEqual(first.json["id"], again.json["id"])
        other = self.campus.ask("coordinator", "POST", "/sessions", {**body, "title": "Other"}, Idempotency_Key="k1")
        self.assertEqual((409, "key_in_use"), (other.status, other.json["error"]))
        self.assertEqual([(1,)], self.campus.rows("SELECT count(*) FROM session WHERE title IN ('Once', 'Other')"))
        # What shows a secret says so, and does not show it again.
        body = {"name": "Keyed", "scopes": ["read"], "days": 2}
        first, again = (self.campus.ask("coordinator", "POST", "/tokens", body, Idempotency_Key="k2") for _ in "ab")
        self.assertEqual((201, 409, "done"), (first.status, again.status, again.json["error"]))
        kept = self.campus.rows("SELECT answer FROM request_key WHERE name = 'k2'")[0][0]
        self.assertEqual("", kept)

    def test_the_audit_tells_who_did_what_and_who_looked(self):
        made = self.ask("POST", "/tokens", {"name": "Told", "scopes": ["read"], "days": 2}, 201).json
        lines = self.ask("GET", "/audit?action=create&object=token&q=told").json["audit"]
        self.assertEqual([made["id"]], [line["object_id"] for line in lines])
        self.assertNotIn(made["secret"], json.dumps(lines))
        self.ask("GET", "/audit.csv")
        seen = [line["action"] for line in self.ask("GET", "/audit?object=site&limit=2").json["audit"]]
        self.assertEqual(["export", "list"], seen)

    def test_a_refused_change_leaves_nothing(self):
        before = self.campus.rows("SELECT count(*) FROM audit")
        self.ask("POST", "/tokens", {"name": "x", "scopes": [], "days": 2}, 400)
        self.assertEqual(before, self.campus.rows("SELECT count(*) FROM audit"))

    def test_a_file_that_is_too_large_is_not_taken(self):
        site = self.ask("GET", "/me").json["site"]["id"]
        answer = self.campus.ask("coordinator", "PUT", f"/sites/{site}/logo", b"x" * (256 * 1024 + 1))
        self.assertEqual(413, answer.status)
        answer = self.campus.ask("coordinator", "PUT", f"/sites/{site}/logo", b"\x89PNG\r\n\x1a\n" + b"x" * 200000)
        self.assertEqual(204, answer.status)
        self.campus.run("UPDATE site SET quota_bytes = 1000")
        self.addCleanup(self.campus.run, "UPDATE site SET quota_bytes = 0")
        answer = self.campus.ask("coordinator", "PUT", f"/sites/{site}/logo", b"\x89PNG\r\n\x1a\n" + b"x" * 2000)
        self.assertEqual((507, "quota"), (answer.status, answer.json["error"]))
        uploads = pathlib.Path(self.campus.data, "uploads")
        self.assertEqual([], list(uploads.iterdir()))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
