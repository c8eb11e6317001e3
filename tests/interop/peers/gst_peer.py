#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A GStreamer webrtcbin client of WHIP and WHEP: `gst_peer.py publish|watch URL TOKEN [VP8|VP9|H264]`.

Prints one JSON object a line (see tests/interop/lib/peer.mjs) until its standard input ends, then
ends its session by DELETE.
"""
import sys
import threading
import urllib.parse

import gi
gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

from whip import http, tell  # noqa: E402

ENCODERS = {
    "VP8": "vp8enc deadline=1 keyframe-max-dist=60 target-bitrate=800000 ! rtpvp8pay pt=96 picture-id-mode=15-bit",
    "VP9": "vp9enc deadline=1 cpu-used=8 keyframe-max-dist=60 target-bitrate=800000 ! rtpvp9pay pt=96 picture-id-mode=15-bit",
    "H264": "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=60 bitrate=800 "
            "! video/x-h264,profile=constrained-baseline ! rtph264pay pt=96 config-interval=-1 aggregate-mode=zero-latency",
}
# I420: encoders would take the source's 4:4:4, which not every browser decodes.
SEND = """
  videotestsrc is-live=true pattern=ball ! video/x-raw,width=640,height=360,framerate=30/1 ! videoconvert ! video/x-raw,format=I420
    ! {encoder} ! application/x-rtp,media=video,encoding-name={codec},payload=96 ! bin.
  audiotestsrc is-live=true wave=sine freq=440 ! audioconvert ! audioresample ! opusenc ! rtpopuspay pt=97
    ! application/x-rtp,media=audio,encoding-name=OPUS,payload=97 ! bin.
"""
DECODERS = {
    "VP8": "rtpvp8depay ! vp8dec",
    "VP9": "rtpvp9depay ! vp9dec",
    "H264": "rtph264depay ! h264parse ! avdec_h264",
    "OPUS": "rtpopusdepay ! opusdec ! audio/x-raw,format=S16LE",
}
RECEIVE = [
    "application/x-rtp,media=video,encoding-name={codec},payload=96,clock-rate=90000{parameters}",
    "application/x-rtp,media=audio,encoding-name=OPUS,payload=97,clock-rate=48000",
]
PARAMETERS = {  # mode 1: whoever does not offer it takes no fragments (RFC 6184, 6.2)
    "H264": ",packetization-mode=(string)1,profile-level-id=(string)42e01f,level-asymmetry-allowed=(string)1",
}


class Peer:
    def __init__(self, role, url, token, codec="VP8"):
        self.role, self.url, self.token = role, url, token
        self.location = None
        self.seen = {"video": 0, "audio": 0}
        self.loop = GLib.MainLoop()
        text = "webrtcbin name=bin bundle-policy=max-bundle"
        if role == "publish":
            text += SEND.format(encoder=ENCODERS[codec], codec=codec)
        self.pipeline = Gst.Pipeline.new()
        self.elements = Gst.parse_bin_from_description(text, False)
        self.pipeline.add(self.elements)
        self.bin = self.elements.get_by_name("bin")
        self.failed = False
        self.bin.connect("pad-added", self.on_pad)
        self.bin.connect("notify::connection-state", self.on_state)
        if role == "watch":
            for text in RECEIVE:
                caps = Gst.Caps.from_string(text.format(codec=codec, parameters=PARAMETERS.get(codec, "")))
                self.bin.emit("add-transceiver", GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY, caps)
        self.bin.connect("on-negotiation-needed", self.make_offer)

    def on_state(self, *_):
        tell(state=self.bin.get_property("connection-state").value_nick)

    def make_offer(self, *_):
        self.bin.disconnect_by_func(self.make_offer)  # one offer, one answer
        self.bin.emit("create-offer", None, Gst.Promise.new_with_change_func(self.on_offer))

    def on_offer(self, promise):
        reply = promise.get_reply()  # keeps the offer alive
        offer = reply.get_value("offer")
        self.bin.emit("set-local-description", offer, Gst.Promise.new())
        self.location, text = http("POST", self.url, self.token, offer.sdp.as_text())
        _, sdp = GstSdp.SDPMessage.new_from_text(text)
        answer = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, sdp)
        self.bin.emit("set-remote-description", answer, Gst.Promise.new())
        del reply

    def on_pad(self, _, pad):
        if pad.direction != Gst.PadDirection.SRC:
            return
        format_ = pad.get_current_caps().get_structure(0)
        kind, codec = format_.get_string("media"), format_.get_string("encoding-name")
        decode = Gst.parse_bin_from_description(
            f"queue ! {DECODERS[codec]} ! fakesink name=sink sync=false async=false signal-handoffs=true", True)
        decode.get_by_name("sink").connect("handoff", self.on_buffer, kind)
        self.elements.add(decode)
        decode.sync_state_with_parent()
        linked = pad.link(decode.get_static_pad("sink"))
        if linked != Gst.PadLinkReturn.OK:
            self.fail(f"{kind}: {linked}")

    def on_message(self, _, message):
        if message.type == Gst.MessageType.ERROR:
            self.fail("%s\n%s" % message.parse_error())
        elif message.type == Gst.MessageType.WARNING:
            print("%s\n%s" % message.parse_warning(), file=sys.stderr)

    def fail(self, why):
        print(why, file=sys.stderr)
        self.failed = True
        GLib.idle_add(self.loop.quit)

    def on_buffer(self, _sink, buffer, pad, kind):
        if kind == "video":
            structure = pad.get_current_caps().get_structure(0)
            self.seen["width"] = structure.get_int("width")[1]
            self.seen["height"] = structure.get_int("height")[1]
            self.seen["video"] += 1
            return
        _, view = buffer.map(Gst.MapFlags.READ)
        if any(view.data[1::2]):  # louder than 1/128 of full scale, or negative: a tone has both
            self.seen["audio"] += 1
        buffer.unmap(view)

    def report(self):
        if self.role == "watch":
            tell(**self.seen)
        return True

    def run(self):
        threading.Thread(target=lambda: (sys.stdin.read(), GLib.idle_add(self.loop.quit)), daemon=True).start()
        GLib.timeout_add(500, self.report)
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message", self.on_message)
        self.pipeline.set_state(Gst.State.PLAYING)
        self.loop.run()
        if self.location:
            http("DELETE", urllib.parse.urljoin(self.url, self.location), self.token)
            tell(deleted=True)
        self.pipeline.set_state(Gst.State.NULL)
        sys.exit(self.failed)


Gst.init(None)
Peer(*sys.argv[1:5]).run()
