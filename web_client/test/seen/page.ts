/**
 * A page that measures itself: it names the picture on its screen as the play page does, and reads in the pixels
 * which one it was. tests/bench/seen_frame.py bundles, opens and drives it by `window.rig`.
 */

import { addPong, type Clock, estimate, NO_CLOCK, pingPauseMs } from "../../src/link/clock";
import { decodeControl, encode } from "../../src/link/codec";
import { connectPeer, type Peer } from "../../src/link/peer";
import { Pictures } from "../../src/play/pictures";
import type { PoseTarget, Pong, SeenFrame } from "../../src/wire";
import { CodeReader } from "./code";

/** One input: what the pixels said just before and just after the picture was named; null where unreadable. */
type Input = readonly [sequence: number, atMs: number, before: number | null, after: number | null, frames: boolean];
/** The page's estimate of the cell's clock minus its own, with the stated bound (all ms), at a moment. */
type Reckoned = readonly [atMs: number, offsetMs: number, errorMs: number];

/** A picture that the browser put together for the screen: when, on the machine's monotonic clock (µs), and which. */
type Composed = readonly [atUs: number, id: number | null];

/** What lib.dom does not know yet. */
interface TrackProcessor {
  readonly readable: ReadableStream<VideoFrame>;
}
declare const MediaStreamTrackProcessor: new (init: { readonly track: MediaStreamTrack }) => TrackProcessor;

const CAMERA = "overview";
/** As in the play page: frames' clock, and the spare one for when frames stop. */
const SPARE_CLOCK_MS = 25;
const AT_REST: PoseTarget = { type: "pose", x_m: 0, y_m: 0, z_m: 0, pitch_rad: 0, roll_rad: 0, gripper: 0 };
const STILL = { x_m_s: 0, y_m_s: 0, z_m_s: 0, pitch_rad_s: 0, roll_rad_s: 0 };

class Rig {
  readonly inputs: Input[] = [];
  readonly reckoned: Reckoned[] = [];
  readonly composed: Composed[] = [];
  readonly #video: HTMLVideoElement;
  readonly #pictures = new Pictures();
  readonly #reader = new CodeReader();
  #peer: Peer | null = null;
  #answer: (sdp: string) => void = () => undefined;
  #sequence = 0;
  #frameAt = 0;
  #clock: Clock = NO_CLOCK;
  #lastPong: { readonly cell: Pong["cell_ns"]; readonly at: number } | null = null;

  constructor(video: HTMLVideoElement) {
    this.#video = video;
    this.#pictures.choose(CAMERA);
  }

  /** Connects; answers the offer that wants `accept`. */
  offer(): Promise<string> {
    return new Promise((resolve, reject) => {
      const negotiate = (sdp: string): Promise<string> => {
        resolve(sdp);
        return new Promise((done) => (this.#answer = done));
      };
      connectPeer(1, [], negotiate, {
        opened: () => undefined,
        lost: () => undefined,
        track: (_, stream) => this.#show(stream),
        control: (data) => this.#hear(data),
        event: () => undefined,
      }).then((peer) => (this.#peer = peer), reject);
    });
  }

  /** Takes the cell's answer. */
  accept(sdp: string): void {
    this.#answer(sdp);
  }

  /** Begins to send inputs and pings. */
  start(): void {
    const each = (): void => {
      this.#frameAt = performance.now();
      this.#pictures.refreshed();
      this.#send(true);
      requestAnimationFrame(each);
    };
    requestAnimationFrame(each);
    setInterval(() => performance.now() - this.#frameAt > SPARE_CLOCK_MS && this.#send(false), SPARE_CLOCK_MS);
    this.#pingOn(performance.now());
  }

  /** Reads this tab as the browser composes it for the screen, sixty times a second at most. */
  async capture(): Promise<void> {
    const wanted = { video: { frameRate: 60 }, audio: false, preferCurrentTab: true };
    const [track] = (await navigator.mediaDevices.getDisplayMedia(wanted)).getVideoTracks();
    if (!track) throw new Error("nothing to capture");
    void this.#readScreen(new MediaStreamTrackProcessor({ track }).readable.getReader());
  }

  /** Keeps the page's only thread busy, as a page does that has much to do. */
  block(ms: number): void {
    const until = performance.now() + ms;
    while (performance.now() < until);
  }

  async #readScreen(frames: ReadableStreamDefaultReader<VideoFrame>): Promise<void> {
    const reader = new CodeReader();
    for (let next = await frames.read(); !next.done; next = await frames.read()) {
      this.composed.push([next.value.timestamp, reader.read(next.value)]);
      next.value.close();
    }
  }

  #show(stream: MediaStream): void {
    this.#video.srcObject = stream;
    void this.#video.play();
    this.#pictures.attach(CAMERA, this.#video);
  }

  #hear(data: unknown): void {
    const message = decodeControl(data);
    const at = performance.now();
    if (message?.type !== "pong") return;
    this.#clock = addPong(this.#clock, message, at * 1000);
    this.#lastPong = { cell: message.cell_ns, at };
    const found = estimate(this.#clock, at * 1000);
    if (found) this.reckoned.push([at, found.offset / 1000, found.error / 1000]);
  }

  #pingOn(openedAt: number): void {
    this.#ping();
    setTimeout(() => this.#pingOn(openedAt), pingPauseMs(performance.now() - openedAt));
  }

  #ping(): void {
    const microseconds = (ms: number): number => Math.max(0, Math.round(ms * 1000));
    const pong = { pong_cell_ns: this.#lastPong?.cell ?? 0, pong_received_us: microseconds(this.#lastPong?.at ?? 0) };
    this.#peer?.sendControl(encode({ type: "ping", version: 1, client_us: microseconds(performance.now()), restarts: this.#clock.restarts, ...pong }));
  }

  #send(frames: boolean): void {
    const before = this.#reader.read(this.#video);
    const at = performance.now();
    const seen = this.#pictures.seen(at);
    const after = this.#reader.read(this.#video);
    this.#sequence += 1;
    if (this.#control(this.#sequence, at, seen)) this.inputs.push([this.#sequence, at, before, after, frames]);
  }

  #control(sequence: number, at: number, seen: SeenFrame | null): boolean {
    const bytes = encode({
      type: "control", version: 1, lease_epoch: 1, sequence, client_us: Math.round(at * 1000), echo_ns: 0,
      hold_to_run: true, stick: false, device: "none", pose: AT_REST, velocity: STILL, seen,
    });
    return this.#peer?.sendControl(bytes) ?? false;
  }
}

const video = document.querySelector("video");
if (video) Object.assign(window, { rig: new Rig(video) });
