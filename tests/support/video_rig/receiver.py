"""The other side of the rig: a real Chromium that notes when it shows which picture.

python -m video_rig.receiver SECONDS    writes its offer as a JSON line, reads the answer as one, and after
SECONDS of pictures, which it announces by a line, writes what it saw.
"""

import json
import sys
import time
from typing import Any

from browser_player import CHROMIUM, FLAGS
from playwright.sync_api import Page, sync_playwright

CLOCK_TRIES = 100
SETTLE_S = 2.0
PAGE = """
<video muted autoplay playsinline style="width: 1280px"></video>
<script>
const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
const seen = [], told = [];
const video = document.querySelector("video");
const control = pc.createDataChannel("control", { ordered: false, maxRetransmits: 0 });
control.binaryType = "arraybuffer";
control.onmessage = ({ data }) => told.push([performance.now(), new DataView(data).getFloat64(0, true)]);
pc.createDataChannel("events");
pc.addTransceiver("video", { direction: "recvonly" });
pc.ontrack = ({ track, receiver }) => {
  receiver.jitterBufferTarget = 0;
  video.srcObject = new MediaStream([track]);
  const look = (_, picture) => {
    seen.push([performance.now(), picture.rtpTimestamp, picture.width]);
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
};
async function makeOffer() {
  await pc.setLocalDescription();
  while (pc.iceGatheringState !== "complete") await new Promise((done) => setTimeout(done, 20));
  return pc.localDescription.sdp;
}
async function wire() {
  const found = {};
  for (const one of (await pc.getStats()).values()) {
    if (one.type === "transport") [found.bytes, found.packets] = [one.bytesReceived, one.packetsReceived];
    if (one.type === "inbound-rtp") [found.nack, found.pli] = [one.nackCount, one.pliCount];
    if (one.type === "codec") found.codec = one.mimeType;
  }
  return found;
}
</script>
"""


def clock(page: Page) -> tuple[float, float]:
    """What to add to the page's milliseconds to get this machine's monotonic ones, and the error bound."""
    best = (float("inf"), 0.0)
    for _ in range(CLOCK_TRIES):
        before = time.monotonic_ns()
        shown = page.evaluate("performance.now()")
        after = time.monotonic_ns()
        best = min(best, ((after - before) / 2e6, (before + after) / 2e6 - shown))
    return best[1], best[0]


def watch(page: Page, seconds: float) -> dict[str, Any]:
    """Offers, is answered, and watches."""
    page.set_content(PAGE)
    print(json.dumps(page.evaluate("makeOffer()")), flush=True)
    answer = json.loads(sys.stdin.readline())
    page.evaluate("(sdp) => pc.setRemoteDescription({ type: 'answer', sdp })", answer)
    page.wait_for_function("seen.length > 0", timeout=20_000)
    page.wait_for_timeout(1000 * SETTLE_S)
    print(json.dumps("watching"), flush=True)
    before, start = page.evaluate("wire()"), page.evaluate("seen.length")
    page.wait_for_timeout(1000 * seconds)
    after, seen = page.evaluate("wire()"), page.evaluate(f"seen.slice({start})")
    told = page.evaluate("told")
    offset_ms, error_ms = clock(page)
    return {
        "seen": seen,
        "told": told,
        "before": before,
        "after": after,
        "offset_ms": offset_ms,
        "error_ms": error_ms,
    }


def main() -> None:
    """Watches in a fresh headless Chromium."""
    flags = [*FLAGS, "--disable-features=WebRtcHideLocalIpsWithMdns"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        try:
            report = watch(browser.new_page(viewport={"width": 1280, "height": 720}), float(sys.argv[1]))
        finally:
            browser.close()
    print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main()
