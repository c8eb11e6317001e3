#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A player with one picture follows the stage without a new offer: media by aiortc, no browser.

    stage_test.py LECTERND RECORDER LECTERNCTL
"""
import asyncio
import json
import os
import subprocess
import sys
import time
import unittest
import urllib.parse
import urllib.request

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import VideoStreamTrack
from av import VideoFrame

from server_test import Server

LECTERNCTL = sys.argv[3]
PATIENCE_S = 40


class Picture(VideoStreamTrack):
    """One colour; who sends it is told by its size."""

    def __init__(self, width, height):
        super().__init__()
        self.size = width, height

    async def recv(self):
        pts, time_base = await self.next_timestamp()
        frame = VideoFrame(*self.size, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.pts, frame.time_base = pts, time_base
        return frame


class Peer:
    def __init__(self, url, token):
        self.url, self.token = url, token
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.sizes = []
        self.pc.on("track", lambda track: asyncio.ensure_future(self.count(track)))

    async def count(self, track):
        while True:
            frame = await track.recv()
            self.sizes.append((frame.width, frame.height))

    def http(self, method, body=None):
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/sdp"}
        request = urllib.request.Request(self.url, body, headers, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.headers, answer.read().decode()

    async def start(self):
        await self.pc.setLocalDescription(await self.pc.createOffer())
        headers, answer = self.http("POST", self.pc.localDescription.sdp.encode())
        self.url = urllib.parse.urljoin(self.url, headers["Location"])
        await self.pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        return self

    async def shows(self, size):
        end = time.monotonic() + PATIENCE_S
        while not self.sizes or self.sizes[-1] != size:
            if time.monotonic() > end:
                raise AssertionError(f"waited for {size}, last were {self.sizes[-3:]}")
            await asyncio.sleep(0.05)


class Stage(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        # aiortc has no socket on loopback
        self.server = Server(media_address="0.0.0.0")
        self.addCleanup(self.server.stop)

    async def test_one_picture_is_the_screen_else_a_camera(self):
        command = [LECTERNCTL, "room", "--json", "--record", "never"]
        command += ["--url", f"http://127.0.0.1:{self.server.port}"]
        command += ["--data", os.path.join(self.server.dir, "data")]
        room = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
        lead, other = (Peer(room["whip"], room["whip_token"]) for _ in range(2))
        player = Peer(room["whep"], room["whep_token"])
        lead.pc.addTrack(Picture(160, 120))
        await lead.start()
        player.pc.addTransceiver("video", direction="recvonly")
        await player.start()
        await player.shows((160, 120))
        other.pc.addTrack(Picture(192, 144))
        other.pc.addTrack(Picture(320, 240))  # a second section is the screen
        await other.start()
        await player.shows((320, 240))
        other.http("DELETE")
        await player.shows((160, 120))
        player.http("DELETE")
        lead.http("DELETE")


if __name__ == "__main__":
    result = unittest.main(argv=sys.argv[:1], exit=False, warnings="ignore").result
    sys.stdout.flush()
    os._exit(not result.wasSuccessful())  # threads of aiortc do not end
