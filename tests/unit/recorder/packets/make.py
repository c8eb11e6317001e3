#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes what test_codecs feeds the recorder with: <codec>.rtp, packets as real payloaders make them (RFC 4571
framing), and <codec>.md5, one line for each frame that ffmpeg decodes from what was payloaded.

    tests/unit/recorder/packets/make.py         (needs ffmpeg and gst-launch-1.0; its results are here)

Each stream is 40 pictures of 320x180 and then, after a keyframe, 20 of 160x90; ten a second, a keyframe every ten.
"""
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2] / "fuzz/recorder"))
import seeds  # noqa: E402

PARTS = [("320x180", 4), ("160x90", 2)]
TICKS = 9000
ENCODE = {
    "h264": ["-c:v", "libx264", "-profile:v", "high", "-preset", "veryfast", "-tune", "zerolatency", "-g", "10",
             "-sc_threshold", "0", "-x264-params", "slices=2", "-b:v", "90k"],
    "vp9": ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "10", "-lag-in-frames", "0",
            "-auto-alt-ref", "0", "-b:v", "90k"],
    "av1": ["-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8", "-g", "10", "-lag-in-frames", "0", "-b:v", "90k"],
}
PAYLOAD = {
    "h264": "qtdemux ! h264parse ! rtph264pay config-interval=-1 aggregate-mode=zero-latency mtu=700",
    "vp9": "matroskademux ! rtpvp9pay picture-id-mode=15-bit mtu=700",
}


def encode(codec, size, seconds, path):
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", f"testsrc2=size={size}:rate=10:duration={seconds}",
                    "-pix_fmt", "yuv420p", *ENCODE[codec], path], check=True)


def decode(path):
    text = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-f", "framemd5", "-"], check=True, capture_output=True, text=True)
    return [line.split(",")[-1].strip() for line in text.stdout.splitlines() if not line.startswith("#")]


def payload(codec, path):
    if codec == "av1":
        ivf = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-c", "copy", "-f", "ivf", "-"], check=True, capture_output=True)
        return [packet for packet, _ in seeds.av1_packets(ivf.stdout, 700)]
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run(["gst-launch-1.0", "-q", "filesrc", f"location={path}", "!", *PAYLOAD[codec].split(), "!",
                        "rtpstreampay", "!", "filesink", f"location={out.name}"], check=True)
        return [packet for packet, _ in seeds.framed(out.read())]


def main():
    for codec in ENCODE:
        packets, frames = [], []
        with tempfile.NamedTemporaryFile(suffix=".mp4" if codec == "h264" else ".mkv") as file:
            for size, seconds in PARTS:
                encode(codec, size, seconds, file.name)
                picture, last = len(frames) - 1, None
                for packet in payload(codec, file.name):
                    timestamp = packet[4:8]
                    picture += timestamp != last
                    last = timestamp
                    head = struct.pack(">HII", (65500 + len(packets)) & 0xffff, picture * TICKS, 0x1234)
                    packets.append(packet[:2] + head + packet[12:])
                frames += decode(file.name)
                assert picture + 1 == len(frames), (codec, picture, len(frames))
        (HERE / f"{codec}.rtp").write_bytes(b"".join(struct.pack(">H", len(p)) + p for p in packets))
        (HERE / f"{codec}.md5").write_text("".join(f"{frame}\n" for frame in frames))


if __name__ == "__main__":
    main()
