#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the seeds of the recorder's fuzz targets: real VP8 and Opus by ffmpeg, as RTP and as WebM.

    tests/fuzz/recorder/seeds.py            (needs ffmpeg; its results are in corpus/)
"""
import struct
import subprocess
import sys
from pathlib import Path

CORPUS = Path(__file__).resolve().parent / "corpus"
VIDEO = ["-f", "lavfi", "-i", "testsrc=size=64x48:rate=5:duration=2", "-c:v", "libvpx", "-b:v", "30k"]
SOUND = ["-f", "lavfi", "-i", "sine=duration=1", "-c:a", "libopus", "-b:a", "8k"]


def ffmpeg(*args):
    return subprocess.run(["ffmpeg", "-v", "error", "-y", *args, "-"], check=True,
                          capture_output=True).stdout


def ivf_frames(data):
    at = 32
    while at + 12 <= len(data):
        size = struct.unpack_from("<I", data, at)[0]
        yield data[at + 12:at + 12 + size]
        at += 12 + size


def ogg_packets(data):
    at, packet = 0, b""
    while at + 27 <= len(data):
        lacing = data[at + 27:at + 27 + data[at + 26]]
        at += 27 + len(lacing)
        for part in lacing:
            packet += data[at:at + part]
            at += part
            if part < 255:
                yield packet
                packet = b""


def rtp(pt, marker, seq, timestamp, ssrc, payload):
    return struct.pack(">BBHII", 0x80, pt | marker << 7, seq & 0xffff, timestamp & 0xffffffff, ssrc) + payload


def vp8_packets():
    seq = 65530
    for number, frame in enumerate(ivf_frames(ffmpeg(*VIDEO, "-f", "ivf"))):
        parts = [frame[i:i + 500] for i in range(0, len(frame), 500)]
        for i, part in enumerate(parts):
            descriptor = bytes([0x90 if i == 0 else 0x80, 0x80, 0x80, number])
            yield rtp(96, i + 1 == len(parts), seq, 2**32 - 9000 + number * 18000, 7, descriptor + part), 5
            seq += 1


def opus_packets():
    for number, packet in enumerate(list(ogg_packets(ffmpeg(*SOUND, "-f", "ogg")))[2:]):
        yield rtp(111, number == 0, 65500 + number, number * 960, 8, packet), 2


def media_seed(odd, packets):
    return bytes([odd]) + b"".join(struct.pack(">HB", len(p), wait) + p for p, wait in packets)


def text(value, room):
    return value.encode().ljust(room, b"\0")


def datagram(which, kind, body):
    whole = struct.pack("=HHI", 1, kind, 8 + len(body)) + body
    return struct.pack(">BH", which, len(whole)) + whole


def intake_seed(kind, codec, clock, packets):
    name = text("a/b", 96)
    out = datagram(0, 1, b"\1") + datagram(1, 1, b"\0")
    out += datagram(0, 2, name + struct.pack("=qQ", 1790000000000, 1000))
    out += datagram(1, 6, name + struct.pack("=IBBxxI", 5, kind, codec, clock) + text("m1", 32)
                    + text("Ana", 128) + text("trainee", 16))
    event = b'{"type":"chat","text":"hello"}'
    out += datagram(0, 3, name + struct.pack("=QI4x", 2000, len(event)) + event)
    for number, (packet, _) in enumerate(packets):
        out += datagram(1, 7, struct.pack("=IIQ", 5, len(packet), 2000 + number * 50000) + packet)
    out += datagram(1, 8, struct.pack("=IIQ", 5, 960, 3000)) + datagram(1, 9, struct.pack("=I", 5))
    return out + datagram(0, 4, name) + datagram(0, 5, name)


def main():
    vp8, opus = list(vp8_packets()), list(opus_packets())
    write = {
        "depacketize/vp8": media_seed(1, vp8),
        "depacketize/opus": media_seed(0, opus),
        "intake/vp8": intake_seed(1, 2, 90000, vp8),
        "intake/opus": intake_seed(0, 1, 48000, opus),
        "scan/vp8": ffmpeg(*VIDEO, "-cluster_time_limit", "500", "-f", "webm"),
        "scan/opus": ffmpeg(*SOUND, "-cluster_time_limit", "300", "-f", "webm"),
    }
    for name, data in write.items():
        (CORPUS / name).parent.mkdir(parents=True, exist_ok=True)
        (CORPUS / name).write_bytes(data)


if __name__ == "__main__":
    sys.exit(main())
