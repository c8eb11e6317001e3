# SPDX-License-Identifier: MIT
"""lecternd with the demo academy in a data folder of its own, asked over HTTP by people and programs."""
import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile

PATIENCE_S = 60


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body) if self.body else None


def ask(port, method, path, body=None, **headers):
    """One request on a connection of its own. Raises OSError or HTTPException where there is no answer."""
    connection = http.client.HTTPConnection("localhost", port, timeout=PATIENCE_S)
    with contextlib.closing(connection):
        if isinstance(body, (dict, list)):
            headers.setdefault("Content-Type", "application/json")
            body = json.dumps(body)
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        return Answer(connection.getresponse())


def sign_in(port, link):
    """What precedes the path of everything this person does, and their cookie."""
    answer = ask(port, "GET", link[link.index("/signin/") :])
    cookie = re.match(r"lectern=[^;]+", answer.headers["Set-Cookie"]).group(0)
    return answer.headers["Location"].rstrip("/"), cookie


class Campus:
    def __init__(self, lecternd):
        self.lecternd = lecternd
        self.dir = tempfile.mkdtemp(prefix="lectern-campus-")
        self.data = os.path.join(self.dir, "data")
        self.config = os.path.join(self.dir, "lectern.conf")
        pathlib.Path(self.config).write_text('media: { port = 0; address = "127.0.0.1"; workers = 1; };\n')
        self.people = {}
        self.process = None
        self.start()

    def start(self):
        """On any free port, another one each time. False: it ended before it served."""
        with open(os.path.join(self.dir, "log"), "ab") as log:
            command = [self.lecternd, "-c", self.config, "-d", self.data, "-p", "0", "--demo", "--recorder", ""]
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        self.links = {}
        while "administrator" not in self.links:
            line = self.process.stdout.readline()
            if not line:
                return False
            label, link = line.split()
            self.links[label] = link
        self.port = int(re.search(r":([0-9]+)/", link).group(1))
        return True

    def kill(self, number=signal.SIGKILL):
        self.process.send_signal(number)
        status = self.process.wait(PATIENCE_S)
        self.process.stdout.close()
        return status

    def close(self):
        if self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.dir, ignore_errors=True)

    def log(self):
        return pathlib.Path(self.dir, "log").read_text()

    def who(self, name):
        if name not in self.people:
            self.people[name] = sign_in(self.port, self.links[name])
        return self.people[name]

    def ask(self, name, method, path, body=None, **headers):
        """As a person of the demo, below their prefix of the API."""
        root, cookie = self.who(name)
        return ask(self.port, method, f"{root}/api/v1{path}", body, Cookie=cookie, **headers)

    def rows(self, statement, *values):
        with contextlib.closing(sqlite3.connect(os.path.join(self.data, "lectern.db"), timeout=30)) as base:
            return base.execute(statement, values).fetchall()

    def run(self, statement, *values):
        with contextlib.closing(sqlite3.connect(os.path.join(self.data, "lectern.db"), timeout=30)) as base, base:
            base.execute(statement, values)
