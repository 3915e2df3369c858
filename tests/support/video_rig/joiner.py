"""A real Chromium that joins again and again, and notes how soon it shows a picture.

python -m video_rig.joiner JOINS    for each: writes an offer as a JSON line, reads the answer, writes the ms
from its connection being up to the first frame callback.
"""

import json
import sys

from browser_player import CHROMIUM, FLAGS
from playwright.sync_api import sync_playwright

PAGE = """
<video muted autoplay playsinline style="width: 1280px"></video>
<script>
const video = document.querySelector("video");
let pc, up, first;
async function makeOffer() {
  if (pc) pc.close();
  pc = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  up = first = undefined;
  pc.createDataChannel("control", { ordered: false, maxRetransmits: 0 });
  pc.createDataChannel("events");
  pc.addTransceiver("video", { direction: "recvonly" });
  pc.onconnectionstatechange = () => { if (pc.connectionState === "connected") up ??= performance.now(); };
  pc.ontrack = ({ track, receiver }) => {
    receiver.jitterBufferTarget = 0;
    video.srcObject = new MediaStream([track]);
    video.requestVideoFrameCallback(() => { first = performance.now(); });
  };
  await pc.setLocalDescription();
  while (pc.iceGatheringState !== "complete") await new Promise((done) => setTimeout(done, 20));
  return pc.localDescription.sdp;
}
</script>
"""


def main(joins: int) -> None:
    """Joins one time after the other."""
    flags = [*FLAGS, "--disable-features=WebRtcHideLocalIpsWithMdns"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        try:
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            page.set_content(PAGE)
            for _ in range(joins):
                print(json.dumps(page.evaluate("makeOffer()")), flush=True)
                answer = json.loads(sys.stdin.readline())
                page.evaluate("(sdp) => pc.setRemoteDescription({ type: 'answer', sdp })", answer)
                page.wait_for_function("up !== undefined && first !== undefined", timeout=20_000)
                print(json.dumps(page.evaluate("first - up")), flush=True)
        finally:
            browser.close()


if __name__ == "__main__":
    main(int(sys.argv[1]))
