# SPDX-License-Identifier: MIT
"""What leaves the server, as those receive it who are meant.

Mail goes to aiosmtpd, whose answers the test chooses, and to Exim, a mail server of the real world; it is read
back by Python's own parser of mail and by icalendar. Webhooks go to an HTTP server that checks signatures.
Usage: post_test.py <lecternd>
"""
import contextlib
import email
import email.policy
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import time

import icalendar
from aiosmtpd.controller import Controller

from campus import Campus

PATIENCE_S = 60
CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Lectern//EN\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nUID:u1@x\r\n"
    "SEQUENCE:2\r\nDTSTAMP:20261124T100000Z\r\nDTSTART:20270301T090000Z\r\nDTEND:20270301T100000Z\r\n"
    "SUMMARY:Enquêtes — niveau 2\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
SUBJECT = "Invitation : Enquêtes et auditions, méthodes de l’École nationale — très long sujet, écrit en français"


def wait_for(what, found):
    end = time.monotonic() + PATIENCE_S
    while not (answer := found()):
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain for {what}")
        time.sleep(0.05)
    return answer


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Mailbox:
    """A mail server whose answers to an address are what the test says."""

    def __init__(self, port):
        self.got, self.refuse = [], {}
        self.controller = Controller(self, hostname="127.0.0.1", port=port)
        self.controller.start()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        # The demo academy invites its people to its sessions.
        if not envelope.rcpt_tos[0].endswith("windward.example"):
            self.got.append((envelope.mail_from, envelope.rcpt_tos, mail))
        return "250 taken"

    def close(self):
        self.controller.stop()


class Hooks(http.server.ThreadingHTTPServer):
    def __init__(self):
        self.got, self.answers = [], []
        super().__init__(("127.0.0.1", 0), Answering)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Answering(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        status = self.server.answers.pop(0) if self.server.answers else 200
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


class Post(Campus):
    def __init__(self, lecternd, port, more=""):
        self.mail = f"smtp://127.0.0.1:{port}"
        self.more = more
        super().__init__(lecternd)

    def start(self):
        pathlib.Path(self.config).write_text(
            'media: { port = 0; address = "127.0.0.1"; workers = 1; };\n'
            f'mail: {{ url = "{self.mail}"; from = "lectern@academy.example"; tls = "none";\n'
            f'organisation = "Académie"; }};\n{self.more}\n'
        )
        if os.path.exists(self.data):
            return self.start_again()
        return super().start()

    def start_again(self):
        """Without the demo, which is there already; the sign-ins hold."""
        with open(os.path.join(self.dir, "log"), "ab") as log:
            command = [self.lecternd, "-c", self.config, "-d", self.data, "-p", str(self.port), "--recorder", ""]
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        return True

    def mail_to(self, address, number=0, **more):
        """A row as the server writes it with what it tells of."""
        body = {"to": address, "subject": SUBJECT, "text": "Bonjour,\nvoilà.\n", "language": "fr", **more}
        now = int(time.time() * 1000)
        identity = number or int.from_bytes(os.urandom(7), "big")
        self.run(
            "INSERT INTO delivery (id, site, kind, target, event, body, created_at, due_at, until_at)"
            " VALUES (?, (SELECT site FROM session LIMIT 1), 'mail', ?, 'session.invited', ?, ?, ?, ?)",
            identity, address, json.dumps(body), now, now, now + 86400000,
        )
        return identity

    def state(self, identity):
        return self.rows("SELECT state, problem, tries, body FROM delivery WHERE id = ?", identity)[0]

    def deliveries(self, **query):
        words = "&".join(f"{name}={value}" for name, value in query.items())
        answer = self.ask("coordinator", "GET", f"/deliveries?{words}")
        assert answer.status == 200, answer.body
        return answer.json["deliveries"]

    def retry(self, address):
        row = next(row for row in self.deliveries() if row["target"] == address)
        answer = self.ask("coordinator", "POST", f"/deliveries/{row['id']}/retry", {})
        assert answer.status == 200, answer.body


def check_mail(mail, address, method=None):
    assert mail["Subject"] == SUBJECT, mail["Subject"]
    assert mail["To"] == address and mail["Auto-Submitted"] == "auto-generated"
    assert mail["From"].addresses[0].display_name == "Académie"
    assert mail["Date"].datetime and mail["Message-ID"].endswith(".lectern@academy.example>")
    plain = mail.get_body(("plain",))
    assert plain.get_content().replace("\r", "") == "Bonjour,\nvoilà.\n", plain.get_content()
    if not method:
        return
    part = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    assert part.get_param("method") == method and part.get_content_charset() == "utf-8"
    alternative = next(part for part in mail.walk() if part.get_content_type() == "multipart/alternative")
    assert [each.get_content_type() for each in alternative.iter_parts()] == ["text/plain", "text/calendar"]
    attached = next(mail.iter_attachments())
    assert attached.get_filename() == "invite.ics"
    for bytes_ in (part.get_payload(decode=True), attached.get_payload(decode=True)):
        calendar = icalendar.Calendar.from_ical(bytes_)
        assert calendar["METHOD"] == method
        assert calendar.walk("VEVENT")[0]["SUMMARY"] == "Enquêtes — niveau 2"


def mail_is_sent_as_written(lecternd):
    port = free_port()
    with contextlib.closing(Mailbox(port)) as box, contextlib.closing(Post(lecternd, port)) as post:
        plain = post.mail_to("a@x.example")
        post.mail_to("b@x.example", calendar=CALENDAR.format(method="REQUEST"), method="REQUEST")
        post.mail_to("c@x.example", calendar=CALENDAR.format(method="CANCEL"), method="CANCEL")
        bad = post.mail_to("d@x.example>\r\nRCPT TO:<e@x.example")
        header = post.mail_to("f@x.example", subject="Hello\r\nBcc: e@x.example")
        wait_for("three mails", lambda: len(box.got) == 3)
        got = {to[0]: mail for sender, to, mail in box.got if sender == "lectern@academy.example"}
        check_mail(got["a@x.example"], "a@x.example")
        check_mail(got["b@x.example"], "b@x.example", "REQUEST")
        check_mail(got["c@x.example"], "c@x.example", "CANCEL")
        for identity in (bad, header):
            wait_for("what is no header", lambda: post.state(identity)[0] == "failed")
        assert len(box.got) == 3
        assert wait_for("it to be kept", lambda: post.state(plain)[0] == "sent" and post.state(plain))[3] == ""


def refusals_are_told_apart(lecternd):
    port = free_port()
    with contextlib.closing(Mailbox(port)) as box, contextlib.closing(Post(lecternd, port)) as post:
        box.refuse = {"never@x.example": "550 no such person", "later@x.example": "451 come back"}
        never, later = post.mail_to("never@x.example"), post.mail_to("later@x.example")
        wait_for("the refusal for good", lambda: post.state(never)[0] == "failed")
        wait_for("the refusal for now", lambda: post.state(later)[2] == 1)
        assert "550 no such person" in post.state(never)[1] and "451 come back" in post.state(later)[1]
        assert [row["target"] for row in post.deliveries(state="failed")] == ["never@x.example"]
        other = post.mail_to("other@x.example")
        wait_for("another mail", lambda: post.state(other)[0] == "sent")
        box.refuse = {}
        post.retry("later@x.example")
        wait_for("it to be taken", lambda: post.state(later)[0] == "sent")
        post.retry("never@x.example")
        wait_for("the other too", lambda: post.state(never)[0] == "sent")


def a_dead_or_hung_server_loses_nothing(lecternd):
    port = free_port()
    with contextlib.closing(Post(lecternd, port)) as post:
        ids = [post.mail_to(f"p{i}@x.example") for i in range(20)]
        wait_for("the trouble to be told", lambda: all("mail server" in post.state(i)[1] for i in ids))
        assert sum(post.state(i)[2] for i in ids) < 20, "one asks for all"
        with socket.create_server(("127.0.0.1", port)) as hung:
            wait_for("a connection", lambda: hung.accept())
            begun = time.monotonic()
            answer = post.ask("coordinator", "POST", "/webhooks", {"url": "https://x.example/", "events": ["session.created"]})
            assert answer.status == 403 or time.monotonic() - begun < 2, "a hung server holds up nobody"
            begun = time.monotonic()
            assert post.kill(15) == 0 and time.monotonic() - begun < 8, "nor the end"
        with contextlib.closing(Mailbox(port)) as box:
            post.start()
            wait_for("all of them", lambda: all(post.state(i)[0] == "sent" for i in ids))
            assert len(box.got) == 20


def killed_with_mail_waiting(lecternd):
    port = free_port()
    with contextlib.closing(Mailbox(port)) as box, contextlib.closing(Post(lecternd, port)) as post:
        ids = [post.mail_to(f"k{i}@x.example") for i in range(300)]
        for _ in range(5):
            have = len(box.got)
            wait_for("some mail", lambda: len(box.got) >= min(have + 30, 300))
            post.kill()
            post.start()
        wait_for("the rest", lambda: all(post.state(i)[0] == "sent" for i in ids))
        to = [to[0] for _, to, _ in box.got]
        assert set(to) == {f"k{i}@x.example" for i in range(300)}, "none is lost"
        by_id = {}
        for _, to, mail in box.got:
            by_id.setdefault(mail["Message-ID"], set()).add(to[0])
        assert len(by_id) == 300 and all(len(each) == 1 for each in by_id.values()), "twice is seen to be once"
        print(f"5 kills: 300 mails, {len(box.got)} sent")


EXIM = """exim_path = /usr/sbin/exim4
spool_directory = {dir}/spool
log_file_path = {dir}/%slog
pid_file_path = {dir}/pid
primary_hostname = mail.x.example
acl_smtp_rcpt = accept
tls_advertise_hosts =
queue_only = false
deliver_drop_privilege = true
keep_environment =
begin acl
accept:
  accept
begin routers
all:
  driver = accept
  transport = file
begin transports
file:
  driver = appendfile
  maildir_format
  create_directory
  directory = {dir}/mail
  user = {user}
begin retry
* * F,1h,5m
"""


@contextlib.contextmanager
def exim(port):
    """Debian's mail server, with a spool and a mailbox of its own, as whoever runs the test (or as its own user)."""
    with tempfile.TemporaryDirectory(prefix="lectern-exim-") as folder:
        user = "Debian-exim" if os.getuid() == 0 else str(os.getuid())
        os.makedirs(f"{folder}/mail")
        pathlib.Path(f"{folder}/conf").write_text(EXIM.format(dir=folder, user=user))
        if os.getuid() == 0:
            subprocess.run(["chown", "-R", user, folder], check=True)
            os.chown(f"{folder}/conf", 0, 0)
        command = ["/usr/sbin/exim4", "-C", f"{folder}/conf", "-bdf", "-oX", f"127.0.0.1.{port}"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield folder
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def a_real_mail_server_takes_it(lecternd):
    port = free_port()
    with exim(port) as folder, contextlib.closing(Post(lecternd, port)) as post:
        calendar = CALENDAR.format(method="REQUEST")
        identity = post.mail_to("real@x.example", calendar=calendar, method="REQUEST")
        wait_for("exim", lambda: post.state(identity)[0] == "sent")

        def delivered():
            for file in pathlib.Path(folder, "mail/new").glob("*"):
                mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
                if mail["To"] == "real@x.example":
                    return mail
            return None

        mail = wait_for("the mailbox", delivered)
        check_mail(mail, "real@x.example", "REQUEST")


def webhook_of(post, url):
    """Made by an administrator, over the API; with its secret."""
    post.run("INSERT OR IGNORE INTO role (site, person, role) SELECT site, person, 'admin' FROM role WHERE role = 'coordinator'")
    events = ["session.created", "session.changed", "session.cancelled"]
    answer = post.ask("coordinator", "POST", "/webhooks", {"url": url, "events": events})
    assert answer.status == 201, answer.body
    return answer.json


def new_session(post):
    course = post.ask("coordinator", "GET", "/courses").json["courses"][0]["id"]
    body = {"course": course, "title": "Told", "starts_at": int(time.time() + 86400) * 1000, "length_min": 30, "policy": "never", "despite": True}
    answer = post.ask("coordinator", "POST", "/sessions", body)
    assert answer.status in (200, 201), answer.body
    return answer.json


def webhooks_are_signed_and_tried_again(lecternd):
    hooks = Hooks()
    with contextlib.closing(Post(lecternd, free_port(), "webhooks: { allow_private = true; };")) as post:
        hook = webhook_of(post, f"http://127.0.0.1:{hooks.server_address[1]}/told")
        hooks.answers = [500, 302]
        begun = time.monotonic()
        new_session(post)
        wait_for("the first attempt", lambda: len(hooks.got) == 1)
        assert time.monotonic() - begun < 3, "it is woken by the commit"
        wait_for("the problem", lambda: [row for row in post.deliveries() if row["problem"] == "answered 500"])
        target = f"http://127.0.0.1:{hooks.server_address[1]}/told"
        post.retry(target)
        wait_for("the redirect", lambda: [row for row in post.deliveries() if "redirects" in row["problem"]])
        post.retry(target)
        wait_for("it to be sent", lambda: post.deliveries(state="sent"))
        assert len(hooks.got) == 3
        for headers, body in hooks.got:
            stamp, mark = (part.split("=")[1] for part in headers["Lectern-Signature"].split(","))
            own = hmac.new(hook["secret"].encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
            assert hmac.compare_digest(own, mark) and abs(time.time() - int(stamp)) < 60
            told = json.loads(body)
            assert told["event"] == headers["Lectern-Event"] == "session.created"
            assert told["id"] == headers["Lectern-Delivery"] and told["object"]["title"] == "Told"
        assert len({headers["Lectern-Delivery"] for headers, _ in hooks.got}) == 1
        assert hook["secret"] not in json.dumps(post.rows("SELECT * FROM webhook")), "sealed"
    hooks.shutdown()


def private_addresses_are_refused(lecternd):
    hooks = Hooks()
    with contextlib.closing(Post(lecternd, free_port())) as post:
        for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433"):
            webhook_of(post, f"http://{host}:{hooks.server_address[1]}/")
        new_session(post)
        wait_for("all to be refused", lambda: sum("private network" in row["problem"] for row in post.deliveries()) == 4)
        assert not hooks.got
        bad = {"url": "file:///etc/passwd", "events": ["session.created"]}
        assert post.ask("coordinator", "POST", "/webhooks", bad).status == 400
    hooks.shutdown()


if __name__ == "__main__":
    for test in (
        mail_is_sent_as_written,
        refusals_are_told_apart,
        a_dead_or_hung_server_loses_nothing,
        killed_with_mail_waiting,
        a_real_mail_server_takes_it,
        webhooks_are_signed_and_tried_again,
        private_addresses_are_refused,
    ):
        if len(sys.argv) > 2 and test.__name__ not in sys.argv[2:]:
            continue
        begun = time.monotonic()
        test(sys.argv[1])
        print(f"{test.__name__}: ok, {time.monotonic() - begun:.1f} s", flush=True)
