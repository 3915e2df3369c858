/** One WebRTC connection to a cell: its pictures come in, two data channels go both ways. */

import type { IceServer } from "../wire";
import { type PictureCounts, pictureCounts } from "./meter";

const GATHERING_WITHIN_MS = 1_500;
/** The first is what cells send; the others keep a repair stream and a fallback in the offer, and it small. */
const CODECS = ["video/h264", "video/vp8", "video/rtx"];

/** What a peer reports; `data` is what came on a channel, undecoded. */
export interface PeerEvents {
  opened(): void;
  lost(): void;
  track(index: number, stream: MediaStream): void;
  control(data: unknown): void;
  event(data: unknown): void;
}

/** An open attempt at a connection; `close` is final and silent. */
export interface Peer {
  sendControl(bytes: Uint8Array<ArrayBuffer>): boolean;
  sendEvent(bytes: Uint8Array<ArrayBuffer>): boolean;
  /** What has come of the pictures so far. */
  counts(): Promise<PictureCounts>;
  close(): void;
}

/** Control messages that wait are older than the next one: with so much waiting none is added. */
const MOST_WAITING_BYTES = 4_096;

/**
 * Connects; rejects with what `negotiate` rejects with. `cameras` is how many pictures to ask for, `helpers` are
 * servers to be reached through where no direct way is open.
 */
export async function connectPeer(
  cameras: number,
  helpers: readonly IceServer[],
  negotiate: (sdp: string) => Promise<string>,
  events: PeerEvents,
): Promise<Peer> {
  const connection = new RTCPeerConnection({
    bundlePolicy: "max-bundle",
    iceServers: helpers.map(({ urls, username, credential }) => ({ urls: [...urls], username, credential })),
  });
  const closing = { done: false };
  const close = (): void => {
    closing.done = true;
    connection.close();
  };
  const lost = (): void => {
    if (closing.done) return;
    close();
    events.lost();
  };
  const control = connection.createDataChannel("control", { ordered: false, maxRetransmits: 0 });
  const news = connection.createDataChannel("events", { ordered: true });
  listen(control, news, events, lost);
  askForPictures(connection, cameras, events);
  connection.onconnectionstatechange = () => {
    if (connection.connectionState === "failed" || connection.connectionState === "closed") lost();
  };
  try {
    await connection.setLocalDescription();
    await gathered(connection);
    const sdp = await negotiate(connection.localDescription?.sdp ?? "");
    await connection.setRemoteDescription({ type: "answer", sdp });
  } catch (error) {
    close();
    throw error;
  }
  return {
    sendControl: (bytes) => sent(control, bytes, MOST_WAITING_BYTES),
    sendEvent: (bytes) => sent(news, bytes, Number.POSITIVE_INFINITY),
    counts: async () => pictureCounts((await connection.getStats()).values()),
    close,
  };
}

function listen(control: RTCDataChannel, news: RTCDataChannel, events: PeerEvents, lost: () => void): void {
  const opened = (): void => {
    if (control.readyState === "open" && news.readyState === "open") events.opened();
  };
  for (const channel of [control, news]) {
    channel.binaryType = "arraybuffer";
    channel.onopen = opened;
    channel.onclose = lost;
  }
  control.onmessage = (message: MessageEvent<unknown>) => events.control(message.data);
  news.onmessage = (message: MessageEvent<unknown>) => events.event(message.data);
}

function askForPictures(connection: RTCPeerConnection, cameras: number, events: PeerEvents): void {
  const wanted = codecs();
  for (let index = 0; index < cameras; index += 1) {
    const transceiver = connection.addTransceiver("video", { direction: "recvonly" });
    if (wanted.length > 0) transceiver.setCodecPreferences(wanted);
  }
  connection.ontrack = ({ track, transceiver, receiver }) => {
    receiver.jitterBufferTarget = 0; // show each picture as soon as it is whole
    const index = connection.getTransceivers().indexOf(transceiver);
    events.track(index, new MediaStream([track]));
  };
}

function codecs(): RTCRtpCodec[] {
  const known = RTCRtpReceiver.getCapabilities("video")?.codecs ?? [];
  return CODECS.flatMap((kind) => known.filter((codec) => codec.mimeType.toLowerCase() === kind));
}

/** Waits until all own addresses are in the offer, or long enough. */
function gathered(connection: RTCPeerConnection): Promise<void> {
  if (connection.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, GATHERING_WITHIN_MS);
    connection.addEventListener("icegatheringstatechange", () => {
      if (connection.iceGatheringState !== "complete") return;
      clearTimeout(timer);
      resolve();
    });
  });
}

function sent(channel: RTCDataChannel, bytes: Uint8Array<ArrayBuffer>, mostWaiting: number): boolean {
  if (channel.readyState !== "open" || channel.bufferedAmount > mostWaiting) return false;
  channel.send(bytes);
  return true;
}
