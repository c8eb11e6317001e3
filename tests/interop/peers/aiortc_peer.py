#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""An aiortc client of WHIP and WHEP: `aiortc_peer.py publish|watch URL TOKEN`.

Prints one JSON object a line (see tests/interop/lib/peer.mjs) until its standard input ends, then
ends its session by DELETE.
"""
import asyncio
import fractions
import math
import sys
import time
import urllib.parse

import numpy
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError, VideoStreamTrack
from av import AudioFrame, VideoFrame

from whip import http, tell

RATE = 48000
SAMPLES = 960  # 20 ms


class Picture(VideoStreamTrack):
    """A bar that wanders over grey, 30 times a second."""

    async def recv(self):
        pts, base = await self.next_timestamp()
        picture = numpy.full((360, 640, 3), 90, numpy.uint8)
        left = pts // 1000 % 600
        picture[:, left:left + 40] = (230, 60, 30)
        frame = VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts, frame.time_base = pts, base
        return frame


class Tone(AudioStreamTrack):
    """440 Hz."""

    async def recv(self):
        now = time.monotonic()
        if not hasattr(self, "start"):
            self.start, self.at = now, 0
        await asyncio.sleep(max(0, self.start + self.at / RATE - now))
        phase = (self.at + numpy.arange(SAMPLES)) * (2 * math.pi * 440 / RATE)
        samples = (numpy.sin(phase) * 8000).astype(numpy.int16)
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self.at, fractions.Fraction(1, RATE)
        self.at += SAMPLES
        return frame


async def watch(track, seen):
    try:
        while True:
            frame = await track.recv()
            if track.kind == "video":
                seen["video"] += 1
                seen["width"], seen["height"] = frame.width, frame.height
            elif numpy.abs(frame.to_ndarray().astype(int)).max() > 500:
                seen["audio"] += 1
    except MediaStreamError:
        pass


async def until_stdin_ends():
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


async def main(role, url, token):
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    seen = {"video": 0, "audio": 0}
    peer.on("track", lambda track: asyncio.ensure_future(watch(track, seen)))
    peer.on("connectionstatechange", lambda: tell(state=peer.connectionState))
    for track in (Tone(), Picture()):
        peer.addTransceiver(track if role == "publish" else track.kind,
                            "sendonly" if role == "publish" else "recvonly")
    await peer.setLocalDescription(await peer.createOffer())
    location, answer = await asyncio.to_thread(http, "POST", url, token, peer.localDescription.sdp)
    await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    ended = asyncio.ensure_future(until_stdin_ends())
    while not ended.done():
        await asyncio.wait([ended], timeout=0.5)
        if role == "watch":
            tell(**seen)
        else:
            stats = await peer.getStats()
            tell(sent=sum(s.packetsSent for s in stats.values() if s.type == "outbound-rtp"))
    await asyncio.to_thread(http, "DELETE", urllib.parse.urljoin(url, location), token)
    tell(deleted=True)
    await asyncio.wait_for(peer.close(), 5)


asyncio.run(main(*sys.argv[1:4]))
