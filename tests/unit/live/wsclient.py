# SPDX-License-Identifier: MIT
"""A WebSocket client for tests: a plain socket, RFC 6455 by hand, so that it can misbehave as well."""
import base64
import contextlib
import http.client
import json
import os
import select
import socket
import struct
import time

PATIENCE_S = 10


class Closed(Exception):
    """The server closed the connection; code as in RFC 6455 7.4, None without a close frame."""

    def __init__(self, code=None):
        super().__init__(f"closed with {code}")
        self.code = code


def sign_in(link):
    """Follows a sign-in link; returns (n, cookie)."""
    host, path = link.split("://")[1].split("/", 1)
    connection = http.client.HTTPConnection(host, timeout=PATIENCE_S)
    connection.request("GET", "/" + path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status != 303:
        raise AssertionError(f"the link gives {answer.status}")
    cookie = answer.getheader("Set-Cookie").split(";")[0]
    n = int(answer.getheader("Location").split("/u/")[1].split("/")[0])
    return n, cookie


def upgrade(port, n, cookie, origin=None, extra=""):
    """Opens a socket and asks for the WebSocket; returns (socket, status line, headers)."""
    sock = socket.create_connection(("localhost", port), timeout=PATIENCE_S)
    key = base64.b64encode(os.urandom(16)).decode()
    origin = f"http://localhost:{port}" if origin is None else origin
    sock.sendall(
        (
            f"GET /u/{n}/ws HTTP/1.1\r\nHost: localhost:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Protocol: lectern\r\nOrigin: {origin}\r\nCookie: {cookie}\r\n{extra}\r\n"
        ).encode()
    )
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = sock.recv(1)
        if not byte:
            break
        head += byte
    lines = head.decode().split("\r\n")
    return sock, lines[0], lines[1:]


def frame(opcode, payload, final=True):
    """The bytes of one masked frame."""
    mask = os.urandom(4)
    head = bytes([(0x80 if final else 0) | opcode])
    if len(payload) < 126:
        head += bytes([0x80 | len(payload)])
    elif len(payload) < 65536:
        head += struct.pack("!BH", 0x80 | 126, len(payload))
    else:
        head += struct.pack("!BQ", 0x80 | 127, len(payload))
    pad = (mask * (len(payload) // 4 + 1))[: len(payload)]
    masked = (int.from_bytes(payload, "big") ^ int.from_bytes(pad, "big")).to_bytes(len(payload), "big")
    return head + mask + masked


class Client:
    """One connection of one person. Events that were not asked for wait in `events`."""

    def __init__(self, who, answer_pings=True):
        port, n, cookie = who
        self.sock, status, _ = upgrade(port, n, cookie)
        if " 101 " not in status:
            raise AssertionError(f"no WebSocket: {status}")
        self.answer_pings = answer_pings
        self.buffer = b""
        self.parts = b""
        self.events = []
        self.last_id = 0

    def close(self):
        self.sock.close()

    def send_frame(self, opcode, payload, final=True):
        self.sock.sendall(frame(opcode, payload, final))

    def send_text(self, text):
        self.send_frame(1, text.encode())

    def _fill(self, count, deadline):
        while len(self.buffer) < count:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.sock], [], [], left)[0]:
                raise TimeoutError("the server says nothing")
            try:
                more = self.sock.recv(65536)
            except ConnectionError:
                more = b""
            if not more:
                raise Closed()
            self.buffer += more

    def _take(self, count, deadline):
        self._fill(count, deadline)
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def read_message(self, patience=PATIENCE_S):
        """The next text message, as an object."""
        deadline = time.monotonic() + patience
        while True:
            first, second = self._take(2, deadline)
            size = second & 0x7F
            if size == 126:
                size = struct.unpack("!H", self._take(2, deadline))[0]
            elif size == 127:
                size = struct.unpack("!Q", self._take(8, deadline))[0]
            payload = self._take(size, deadline)
            opcode = first & 0x0F
            if opcode == 8:
                raise Closed(struct.unpack("!H", payload[:2])[0] if size >= 2 else None)
            if opcode == 9 and self.answer_pings:
                with contextlib.suppress(OSError):  # if it is gone, reading on tells how
                    self.send_frame(10, payload)
            if opcode in (0, 1):
                self.parts += payload
                if first & 0x80:
                    text, self.parts = self.parts, b""
                    return json.loads(text)

    def request(self, kind, **fields):
        """Sends a request and returns its reply; events that come before it are kept."""
        self.last_id += 1
        self.send_text(json.dumps({"type": kind, "id": self.last_id, **fields}))
        return self.reply(self.last_id)

    def reply(self, number):
        while True:
            message = self.read_message()
            if message.get("re") == number:
                return message
            self.events.append(message)

    def ok(self, kind, **fields):
        reply = self.request(kind, **fields)
        if not reply["ok"]:
            raise AssertionError(f"{kind} was refused: {reply}")
        return reply

    def refused(self, kind, error, **fields):
        reply = self.request(kind, **fields)
        if reply["ok"] or reply["error"] != error:
            raise AssertionError(f"{kind} should be {error}: {reply}")
        return reply

    def event(self, kind, matches=lambda event: True, patience=PATIENCE_S):
        """The first event of a type that matches, past or to come; those before it are dropped."""
        deadline = time.monotonic() + patience
        while True:
            while self.events:
                event = self.events.pop(0)
                if event.get("type") == kind and matches(event):
                    return event
            self.events.append(self.read_message(max(0.01, deadline - time.monotonic())))

    def member(self, member, patience=PATIENCE_S, **state):
        """Waits for the event that says so of this member."""
        return self.event(
            "member",
            lambda event: event["member"]["id"] == member
            and all(event["member"][key] == value for key, value in state.items()),
            patience,
        )

    def closed(self, patience=PATIENCE_S):
        """Waits for the end of the connection; returns the code."""
        deadline = time.monotonic() + patience
        try:
            while True:
                self.events.append(self.read_message(max(0.01, deadline - time.monotonic())))
        except Closed as end:
            return end.code
