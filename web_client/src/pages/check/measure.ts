/**
 * Three seconds of a real connection to the cell, as one who watches: messages both ways, and the pictures that a
 * player would get.
 */

import { effect, type ReadonlySignal, signal } from "@preact/signals";
import { viewCell, wordsFor } from "../../api/rest";
import { say } from "../../i18n";
import { choosePad } from "../../input/gamepad";
import { CellLink } from "../../link/cell_link";
import type { Reading } from "../../link/meter";
import { median } from "../../play/picture_age";
import { Pictures } from "../../play/pictures";
import { tellsPictures } from "../../play/watching";
import type { EventOut, Pong } from "../../wire";
import type { Found } from "./verdict";

export const MEASURED_MS = 3_000;
/** Some eight round trips of the farthest link that one would drive over, some of them lost. */
const REACHED_WITHIN_MS = 12_000;
const PING_EVERY_MS = 25;
const NOTHING: Reading = { roundTripMs: null, jitterMs: null, loss: null, decodeMs: null, picturesPerS: null, dropped: null };

/** How far the check is; `trouble` is what the other side said when it could not be reached. */
export type Stage =
  | { readonly kind: "reaching" }
  | { readonly kind: "measuring" }
  | { readonly kind: "done"; readonly found: Found; readonly trouble: string };

/** See the module's text. `start` once, `close` at any time. */
export class Check {
  readonly #cellId: string;
  readonly #stage = signal<Stage>({ kind: "reaching" });
  readonly #stream = signal<MediaStream | null>(null);
  readonly #pictures = new Pictures();
  #link: CellLink | null = null;
  #cameras: readonly string[] = [];
  #stopping: (() => void)[] = [];

  readonly stage: ReadonlySignal<Stage> = this.#stage;
  /** The first camera's picture, while the connection is up. */
  readonly stream: ReadonlySignal<MediaStream | null> = this.#stream;

  constructor(cellId: string) {
    this.#cellId = cellId;
  }

  /** Connects and measures; `stage` tells how it goes. */
  async start(): Promise<void> {
    this.#after(REACHED_WITHIN_MS, () => this.#stage.value.kind === "reaching" && this.#finish());
    try {
      const { ticket } = await viewCell(this.#cellId);
      if (this.#isOver) return;
      const link = new CellLink(
        { cellId: this.#cellId, ticket, pingEveryMs: PING_EVERY_MS },
        { event: (event) => this.#onEvent(event), pong: (pong) => this.#onPong(pong) },
      );
      this.#link = link;
      this.#stopping.push(
        () => link.close(),
        effect(() => {
          this.#stream.value = link.streams.value[0] ?? null;
        }),
        effect(() => {
          if (link.status.value.kind === "refused") queueMicrotask(() => this.#finish());
        }),
      );
      link.start();
    } catch (error) {
      this.#finish(wordsFor(error));
    }
  }

  /** Shows which element draws the picture, so that its frames can be timed; null takes it away. */
  attach(video: HTMLVideoElement | null): void {
    this.#pictures.attach(this.#cameras[0] ?? "", video);
  }

  /** Ends the connection. */
  close(): void {
    this.#stopping.forEach((stop) => stop());
    this.#stopping = [];
    this.#pictures.close();
  }

  get #isOver(): boolean {
    return this.#stage.value.kind === "done";
  }

  #after(ms: number, run: () => void): void {
    const timer = setTimeout(run, ms);
    this.#stopping.push(() => clearTimeout(timer));
  }

  #onEvent(event: EventOut): void {
    if (event.type !== "welcome" || this.#stage.value.kind !== "reaching") return;
    this.#cameras = event.track_order;
    this.#pictures.choose(event.track_order[0] ?? null);
    this.#stage.value = { kind: "measuring" };
    this.#after(MEASURED_MS, () => this.#finish());
  }

  #onPong(pong: Pong): void {
    this.#pictures.learn(this.#cameras, pong.rtp_origins, this.#link?.clock?.offset ?? null);
  }

  #finish(trouble = ""): void {
    if (this.#isOver) return;
    const status = this.#link?.status.value;
    const said = status?.kind === "refused" || status?.kind === "connecting" ? status.text : null;
    this.#stage.value = { kind: "done", found: this.#found(), trouble: trouble || (said === null ? "" : say(said)) };
    this.close();
  }

  #found(): Found {
    const reached = this.#link?.status.value.kind === "open";
    const codecs = (RTCRtpReceiver.getCapabilities("video")?.codecs ?? []).map((codec) => codec.mimeType.toLowerCase());
    return {
      ...(this.#link?.reading ?? NOTHING),
      reached,
      pictureMs: median(this.#pictures.ages),
      tells: tellsPictures() && !this.#pictures.unnamed,
      h264: codecs.includes("video/h264"),
      vp8: codecs.includes("video/vp8"),
    };
  }
}

/** What the player would drive with, as far as the browser tells before anything is touched. */
export function handsHere(): "gamepad" | "touch" | "keyboard" {
  if (choosePad(navigator.getGamepads()) !== null) return "gamepad";
  return matchMedia("(pointer: coarse)").matches ? "touch" : "keyboard";
}
