#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The ledger of attendance, of people whose media is real (by aiortc, no browser).

    attendance_test.py LECTERND RECORDER
"""
import asyncio
import contextlib
import os
import signal
import sqlite3
import sys
import time
import unittest

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError

from server_test import Server

PATIENCE_S = 30


async def later(call, *args, **fields):
    """Something that waits for the server, while media goes on."""
    return await asyncio.get_running_loop().run_in_executor(None, lambda: call(*args, **fields))


async def drain(track):
    with contextlib.suppress(MediaStreamError):
        while True:
            await track.recv()


class Attendance(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        self.server = Server(media_address="0.0.0.0")  # aiortc has no socket on loopback
        self.addCleanup(self.server.stop)

    async def connect(self, client, audio):
        pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        pc.on("track", lambda track: asyncio.ensure_future(drain(track)))
        if audio:
            pc.addTrack(AudioStreamTrack())
        else:
            pc.addTransceiver("audio", direction="recvonly")
        await pc.setLocalDescription(await pc.createOffer())
        answer = await later(client.ok, "offer", sdp=pc.localDescription.sdp)
        await pc.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))
        return pc

    def rows(self, member):
        """(kind, from, to, sent, heard) of one person, oldest first."""
        with contextlib.closing(sqlite3.connect(os.path.join(self.server.dir, "data", "lectern.db"), timeout=5)) as base:
            found = base.execute("SELECT id, number FROM person").fetchall()
            person = next(id for id, number in found if number == member[1])
            return base.execute(
                "SELECT kind, from_ms, to_ms, sent_ms, heard_ms FROM attendance WHERE person = ? ORDER BY at, from_ms", (person,)
            ).fetchall()

    async def wait_for(self, member, kind):
        end = time.monotonic() + PATIENCE_S
        while not any(row[0] == kind for row in self.rows(member)):
            self.assertLess(time.monotonic(), end, f"no {kind} among {self.rows(member)}")
            await asyncio.sleep(0.1)
        return self.rows(member)

    async def test_what_a_client_acknowledged_is_written_down(self):
        session = self.server.session()
        host = await later(self.server.enter, "instructor", session)
        trainee = await later(self.server.enter, "trainee", session)
        deaf = await later(self.server.enter, "trainee2", session)  # no media at all
        teacher = await self.connect(host, audio=True)
        await later(host.ok, "media", mic=True, camera=False, screen=False, mutes=0)
        listener = await self.connect(trainee, audio=False)
        for _ in range(5):  # one every two seconds
            await later(trainee.event, "link")
            await later(host.ok, "ping")
            await later(deaf.ok, "ping")
        await later(trainee.ok, "leave")
        await later(deaf.ok, "leave")
        rows = await self.wait_for(self.server.who("trainee"), "leave")
        self.assertEqual([row[0] for row in rows], ["join", "present", "leave"])
        _, begin, end, sent, heard = rows[1]
        self.assertLessEqual(0, heard)
        self.assertLessEqual(heard, sent)
        self.assertLessEqual(sent, end - begin)
        self.assertGreaterEqual(heard, 3000, rows)
        self.assertEqual([row[0] for row in await self.wait_for(self.server.who("trainee2"), "leave")], ["join", "leave"])
        # What is in the database outlives the server; what it knew of those who are still in, it told before.
        await self.wait_for(self.server.who("instructor"), "join")
        self.server.kill(signal.SIGKILL)
        self.assertEqual(self.rows(self.server.who("trainee")), rows)
        self.server.start()
        for pc in (teacher, listener):
            await pc.close()


if __name__ == "__main__":
    result = unittest.main(argv=sys.argv[:1], exit=False, warnings="ignore").result
    sys.stdout.flush()
    os._exit(not result.wasSuccessful())  # threads of aiortc do not end
