#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the seeds of the recorder's fuzz targets: real media by ffmpeg and GStreamer, as RTP and as files.

    tests/fuzz/recorder/seeds.py            (needs ffmpeg and gst-launch-1.0; its results are in corpus/)
"""
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

CORPUS = Path(__file__).resolve().parent / "corpus"
VIDEO = ["-f", "lavfi", "-i", "testsrc=size=64x48:rate=5:duration=2", "-c:v", "libvpx", "-b:v", "30k"]
H264 = [*VIDEO[:4], "-c:v", "libx264", "-pix_fmt", "yuv420p", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "4", "-b:v", "30k"]
AV1 = [*VIDEO[:4], "-c:v", "libaom-av1", "-pix_fmt", "yuv420p", "-usage", "realtime", "-cpu-used", "8", "-g", "5", "-b:v", "60k"]
CODECS = ["", "opus", "vp8", "vp9", "av1", "h264"]  # by enum lectern_codec
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


def framed(data):
    """Packets behind two bytes of length (RFC 4571), as rtpstreampay writes them."""
    at = 0
    while at + 2 <= len(data):
        size = struct.unpack_from(">H", data, at)[0]
        yield data[at + 2:at + 2 + size], 5
        at += 2 + size


def gstreamer(encode):
    """What Debian's payloaders make of a few frames of noise that moves."""
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run(["gst-launch-1.0", "-q", "videotestsrc", "num-buffers=8", "pattern=ball", "!",
                        "video/x-raw,format=I420,width=64,height=48,framerate=5/1", "!", *encode.split(), "!",
                        "rtpstreampay", "!", "filesink", f"location={out.name}"], check=True)
        return list(framed(out.read()))


def leb128(value):
    out = b""
    while value > 0x7f:
        out += bytes([value & 0x7f | 0x80])
        value >>= 7
    return out + bytes([value])


def obus(unit):
    """The OBUs of a temporal unit without their sizes; no delimiters."""
    at = 0
    while at < len(unit):
        head = unit[at]
        at += 1 + (head >> 2 & 1)
        start, size, shift = at, 0, 0
        while True:
            size |= (unit[at] & 0x7f) << shift
            shift += 7
            at += 1
            if not unit[at - 1] & 0x80:
                break
        if head >> 3 & 15 != 2:
            yield bytes([head & ~2]) + unit[start - (head >> 2 & 1):start] + unit[at:at + size]
        at += size


def av1_packets(ivf, room=300):
    """By AV1 RTP specification 4.4: each element with its length (W = 0), cut where a packet is full."""
    seq = 65533
    for number, unit in enumerate(ivf_frames(ivf)):
        elements = list(obus(unit))
        first, payload, packets = elements[0][0] >> 3 == 1, b"", []
        z = 0
        for obu in elements:
            while len(payload) + 2 + len(obu) > room:
                take = room - 2 - len(payload)
                if take > 0:
                    payload += leb128(take) + obu[:take]
                    obu = obu[take:]
                packets.append((z, 1 if take > 0 else 0, payload))
                z, payload = (1 if take > 0 else 0), b""
            payload += leb128(len(obu)) + obu
        packets.append((z, 0, payload))
        for i, (z, y, payload) in enumerate(packets):
            head = bytes([z << 7 | y << 6 | (8 if first and i == 0 else 0)])
            yield rtp(45, i + 1 == len(packets), seq, 2**32 - 9000 + number * 18000, 9, head + payload), 5
            seq += 1


def media_seed(packets):
    return b"".join(struct.pack(">HB", len(p), wait) + p for p, wait in packets)


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
    media = {
        "opus": list(opus_packets()),
        "vp8": list(vp8_packets()),
        "vp9": gstreamer("vp9enc deadline=1 cpu-used=8 target-bitrate=30000 ! rtpvp9pay picture-id-mode=15-bit mtu=300"),
        "h264": gstreamer("x264enc tune=zerolatency key-int-max=4 bitrate=60 ! video/x-h264,profile=high ! "
                          "rtph264pay config-interval=-1 aggregate-mode=zero-latency mtu=300"),
        "av1": list(av1_packets(ffmpeg(*AV1, "-f", "ivf"))),
    }
    write = {f"record_{codec}/{codec}": media_seed(packets) for codec, packets in media.items()}
    write |= {f"intake/{codec}": intake_seed(codec != "opus", CODECS.index(codec), 48000 if codec == "opus" else 90000, packets)
              for codec, packets in media.items()}
    write |= {
        "scan/vp8": ffmpeg(*VIDEO, "-cluster_time_limit", "500", "-f", "webm"),
        "scan/opus": ffmpeg(*SOUND, "-cluster_time_limit", "300", "-f", "webm"),
        "scan/h264": ffmpeg(*H264, "-movflags", "empty_moov+default_base_moof+frag_keyframe+skip_trailer", "-f", "mp4"),
    }
    for name, data in write.items():
        (CORPUS / name).parent.mkdir(parents=True, exist_ok=True)
        (CORPUS / name).write_bytes(data)


if __name__ == "__main__":
    sys.exit(main())
