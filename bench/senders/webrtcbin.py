"""A broadcaster on GStreamer's webrtcbin, as setup guides build them: one H.264 stream, a tee, and for each viewer a
queue and a webrtcbin. Python only connects the parts; pictures and packets never pass through it.

usage: webrtcbin.py exec:COMMAND [--whole-reads]    H.264 (Annex B) from a command's standard output
       webrtcbin.py test:WIDTHxHEIGHT@FPS:KBITS     GStreamer's test picture, encoded by x264enc

Signaling is one JSON message a line on standard input and output, as in packages/protocol/SPEC.md after `register`.
"""

import json
import re
import subprocess
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

# Each packet as large as Perch's, so that packets compare.
PAYLOAD = (
    "rtph264pay config-interval=-1 aggregate-mode=zero-latency mtu=1200"
    " ! application/x-rtp,media=video,encoding-name=H264,payload=102"
    " ! tee name=tee allow-not-linked=true"
)

# A read takes the whole picture that the feeder wrote: none is larger.
READ_BYTES = 1 << 18


def source(text, whole_reads):
    """What stands before the payloader."""
    kind, _, rest = text.partition(":")
    if kind == "exec":
        child = subprocess.Popen(rest, shell=True, stdout=subprocess.PIPE)
        # Said to be whole pictures, h264parse need not wait for the next one to know where this one ends.
        caps = "video/x-h264,stream-format=byte-stream,alignment=au ! " if whole_reads else ""
        return f"fdsrc fd={child.stdout.fileno()} do-timestamp=true blocksize={READ_BYTES} ! {caps}h264parse"
    width, height, fps, kbits = re.fullmatch(r"(\d+)x(\d+)@(\d+):(\d+)", rest).groups()
    return (
        f"videotestsrc is-live=true ! video/x-raw,format=I420,width={width},height={height},framerate={fps}/1"
        f" ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=30 bitrate={kbits}"
        " ! video/x-h264,profile=constrained-baseline"
    )


def say(message):
    """Called from webrtcbin's threads too: one write is one line."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


class Viewer:
    def __init__(self, pipeline, viewer_id):
        self.pipeline = pipeline
        self.id = viewer_id
        self.queue = Gst.ElementFactory.make("queue")
        self.webrtc = Gst.ElementFactory.make("webrtcbin")
        self.webrtc.set_property("bundle-policy", GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE)
        self.webrtc.connect("on-negotiation-needed", self.offer)
        self.webrtc.connect("on-ice-candidate", self.candidate)
        pipeline.add(self.queue)
        pipeline.add(self.webrtc)
        self.queue.link(self.webrtc)
        self.webrtc.emit("get-transceiver", 0).set_property(
            "direction", GstWebRTC.WebRTCRTPTransceiverDirection.SENDONLY
        )
        self.webrtc.sync_state_with_parent()
        self.queue.sync_state_with_parent()
        self.pad = pipeline.get_by_name("tee").request_pad_simple("src_%u")
        self.pad.link(self.queue.get_static_pad("sink"))

    def offer(self, webrtc):
        webrtc.emit("create-offer", None, Gst.Promise.new_with_change_func(self.offered, webrtc))

    def offered(self, promise, webrtc):
        # Held by name: the offer is gone with it.
        reply = promise.get_reply()
        offer = reply.get_value("offer")
        webrtc.emit("set-local-description", offer, Gst.Promise.new())
        say({"type": "offer", "to": self.id, "sdp": offer.sdp.as_text()})

    def candidate(self, _webrtc, index, candidate):
        say({"type": "ice-candidate", "to": self.id, "candidate": candidate, "sdpMLineIndex": index})

    def answer(self, text):
        _, sdp = GstSdp.SDPMessage.new_from_text(text)
        answer = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, sdp)
        self.webrtc.emit("set-remote-description", answer, Gst.Promise.new())

    def add_candidate(self, candidate):
        self.webrtc.emit("add-ice-candidate", 0, candidate.removeprefix("a="))

    def leave(self):
        """Unlinks where no picture is under way, then takes the parts out."""
        self.pad.add_probe(Gst.PadProbeType.IDLE, self.unlinked)

    def unlinked(self, pad, _info):
        pad.unlink(self.queue.get_static_pad("sink"))
        GLib.idle_add(self.removed)
        return Gst.PadProbeReturn.REMOVE

    def removed(self):
        self.pipeline.get_by_name("tee").release_request_pad(self.pad)
        for element in (self.queue, self.webrtc):
            element.set_state(Gst.State.NULL)
            self.pipeline.remove(element)


class Broadcaster:
    def __init__(self, pipeline):
        self.pipeline = pipeline
        self.viewers = {}

    def handle(self, message):
        kind = message["type"]
        if kind == "viewer-joined":
            viewer_id = message["viewer_id"]
            self.viewers[viewer_id] = Viewer(self.pipeline, viewer_id)
        elif kind == "viewer-left":
            viewer = self.viewers.pop(message["viewer_id"], None)
            if viewer is not None:
                viewer.leave()
        elif kind in ("answer", "ice-candidate"):
            viewer = self.viewers.get(message["from"])
            if viewer is not None and kind == "answer":
                viewer.answer(message["sdp"])
            elif viewer is not None and message["candidate"] != "":
                viewer.add_candidate(message["candidate"])


def main():
    Gst.init(None)
    parts = f"{source(sys.argv[1], '--whole-reads' in sys.argv)} ! {PAYLOAD}"
    pipeline = Gst.parse_launch(parts)
    broadcaster = Broadcaster(pipeline)
    loop = GLib.MainLoop()

    def listen():
        for line in sys.stdin:
            GLib.idle_add(broadcaster.handle, json.loads(line))
        GLib.idle_add(loop.quit)

    threading.Thread(target=listen, daemon=True).start()
    bus = pipeline.get_bus()
    bus.add_signal_watch()
    bus.connect("message::error", lambda _bus, message: sys.exit(str(message.parse_error())))
    pipeline.set_state(Gst.State.PLAYING)
    loop.run()
    pipeline.set_state(Gst.State.NULL)


main()
