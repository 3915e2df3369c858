/**
 * The page's link to a cell, for players and for those who watch: keeps a connection up, says Hello with the
 * ticket, measures the clock, and hands out checked messages. What cannot be read is counted and dropped.
 */

import { type ReadonlySignal, signal } from "@preact/signals";
import { getIceServers } from "../api/rest";
import { language } from "../i18n";
import type { Bilingual, ControlIn, EventIn, EventOut, IceServer, Pong, State } from "../wire";
import { addPong, type Clock, type ClockEstimate, type Drift, driftOf, estimate, lookAtWall, NO_CLOCK, pingPauseMs } from "./clock";
import { decodeControl, decodeEvent, encode } from "./codec";
import { answered, counted, type Meter, pinged, type Reading, reading, UNMEASURED } from "./meter";
import { connectPeer, type Peer } from "./peer";
import { negotiate, OfferFailed } from "./signalling";

/**
 * `text` says why the last try failed, when the other side had words for it. `refused` is final: the cell said
 * that this page has no place there (any more), for instance because another page took over.
 */
export type LinkStatus =
  | { readonly kind: "connecting"; readonly attempt: number; readonly text: Bilingual | null }
  | { readonly kind: "open" }
  | { readonly kind: "refused"; readonly text: Bilingual }
  | { readonly kind: "closed" };

/** Whom to connect to; `cameras` is how many pictures to ask for, `pingEveryMs` how often the link is measured. */
export interface LinkTarget {
  readonly cellId: string;
  readonly ticket: string;
  readonly cameras?: number;
  readonly pingEveryMs?: number;
}

/** Who hears of what comes; `at` is performance.now() of its arrival. */
export interface LinkListener {
  state?(state: State, at: number): void;
  event?(message: EventOut, at: number): void;
  pong?(pong: Pong, at: number): void;
}

const COUNT_EVERY_MS = 1_000;
const SILENT_FOR_MS = 3_000;
const LOOK_TAKES_MS = 5;
/** The cell's reasons for sending a page away for good; a ticket's own begin with `ticket_`. */
const FINAL_REASONS: ReadonlySet<string> = new Set(["replaced", "not_your_turn"]);
const PAUSES_MS = [300, 700, 1_500, 3_000] as const;

const now = (): number => performance.now();
const microseconds = (ms: number): number => Math.max(0, Math.round(ms * 1000));

/** See the module's text. `start` once, `close` once. */
export class CellLink {
  readonly #target: LinkTarget;
  readonly #listener: LinkListener;
  readonly #status = signal<LinkStatus>({ kind: "connecting", attempt: 1, text: null });
  readonly #streams = signal<readonly (MediaStream | null)[]>([]);
  #clock: Clock = NO_CLOCK;
  #meter: Meter = UNMEASURED;
  #peer: Peer | null = null;
  #connection = 0;
  #failures = 0;
  #heardAt = 0;
  #lastPong: { readonly cellNs: Pong["cell_ns"]; readonly at: number } | null = null;
  #timers: ReturnType<typeof setTimeout>[] = [];
  #beating: ReturnType<typeof setTimeout> | undefined;
  #openedAt = 0;
  #undecodable = 0;
  #flaw = "";
  #refused: Bilingual | null = null;

  readonly status: ReadonlySignal<LinkStatus> = this.#status;
  /** Pictures in the order of `Welcome.track_order`. */
  readonly streams: ReadonlySignal<readonly (MediaStream | null)[]> = this.#streams;

  constructor(target: LinkTarget, listener: LinkListener) {
    this.#target = target;
    this.#listener = listener;
  }

  /** Round trip, jitter and the cell's clock as of now, in microseconds; null before a pong, and after a step or a sleep. */
  get clock(): ClockEstimate | null {
    this.#lookAtWall();
    return estimate(this.#clock, now() * 1000);
  }

  /** How well messages and pictures have come through in the last seconds. */
  get reading(): Reading {
    return reading(this.#meter, now());
  }

  /** How fast the cell's clock runs against the page's; null within the first seconds. */
  get drift(): Drift | null {
    return driftOf(this.#clock);
  }

  /** How often this connection's estimate was begun anew, since a clock stepped or this machine slept. */
  get clockRestarts(): number {
    return this.#clock.restarts;
  }

  /** Messages that could not be read since the start. */
  get undecodable(): number {
    return this.#undecodable;
  }

  /** What was wrong with the last of them. */
  get flaw(): string {
    return this.#flaw;
  }

  /** performance.now() of the last arrival, 0 before the first. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Connects, and again whenever the connection ends, until `close`. */
  start(): void {
    this.#beatOn();
    this.#timers.push(setInterval(() => void this.#count(), COUNT_EVERY_MS));
    void this.#connect();
  }

  /** Ends the connection for good. */
  close(): void {
    this.#end({ kind: "closed" });
  }

  #end(status: LinkStatus): void {
    [...this.#timers, this.#beating].forEach(clearTimeout);
    this.#timers = [];
    this.#peer?.close();
    this.#peer = null;
    this.#streams.value = [];
    this.#status.value = status;
  }

  /** Sends on the channel that may lose messages; false when nothing could be sent now. */
  sendControl(message: ControlIn): boolean {
    return this.#peer?.sendControl(encode(message)) ?? false;
  }

  /** Sends on the reliable channel; false when it is not open. */
  sendEvent(message: EventIn): boolean {
    return this.#peer?.sendEvent(encode(message)) ?? false;
  }

  get #isClosed(): boolean {
    const { kind } = this.#status.value;
    return kind === "closed" || kind === "refused";
  }

  async #connect(): Promise<void> {
    this.#connection += 1;
    const connection = this.#connection;
    const mine = (): boolean => !this.#isClosed && connection === this.#connection;
    try {
      const helpers = await iceServers();
      if (!mine()) return;
      const peer = await connectPeer(this.#target.cameras ?? 2, helpers, (sdp) => negotiate(this.#target.cellId, sdp), {
        opened: () => mine() && this.#opened(),
        lost: () => mine() && this.#again(),
        track: (index, stream) => mine() && this.#addStream(index, stream),
        control: (data) => mine() && this.#onControl(data),
        event: (data) => mine() && this.#onEvent(data),
      });
      if (!mine()) return peer.close();
      this.#peer = peer;
      this.#heardAt = now();
    } catch (error) {
      if (!mine()) return;
      this.#refused = error instanceof OfferFailed ? error.text : null;
      this.#again();
    }
  }

  #again(): void {
    this.#peer?.close();
    this.#peer = null;
    this.#connection += 1;
    this.#streams.value = [];
    const pause = PAUSES_MS[Math.min(this.#failures, PAUSES_MS.length - 1)] ?? PAUSES_MS[0];
    this.#failures += 1;
    this.#status.value = { kind: "connecting", attempt: this.#failures + 1, text: this.#refused };
    this.#timers.push(setTimeout(() => void this.#connect(), pause));
  }

  #opened(): void {
    this.#heardAt = this.#openedAt = now();
    this.#clock = NO_CLOCK;
    this.#meter = UNMEASURED;
    this.#lastPong = null;
    const hello: EventIn = {
      type: "hello",
      version: 1,
      ticket: this.#target.ticket,
      language: language.value,
      agent: navigator.userAgent.slice(0, 200),
    };
    // The channels may open before `connectPeer` has answered, so the peer is taken a moment later.
    queueMicrotask(() => void this.#sayHello(hello));
  }

  #sayHello(hello: EventIn): void {
    if (this.#isClosed) return;
    if (!this.sendEvent(hello)) {
      this.#timers.push(setTimeout(() => this.#sayHello(hello), 20));
    }
  }

  #addStream(index: number, stream: MediaStream): void {
    const streams = [...this.#streams.value];
    while (streams.length <= index) streams.push(null);
    streams[index] = stream;
    this.#streams.value = streams;
  }

  #onControl(data: unknown): void {
    const message = decodeControl(data, (flaw) => this.#complain(flaw));
    const at = now();
    if (message === null) return;
    this.#heardAt = at;
    if (message.type === "state") {
      this.#listener.state?.(message, at);
      return;
    }
    this.#lookAtWall();
    this.#clock = addPong(this.#clock, message, at * 1000);
    this.#meter = answered(this.#meter, message.client_us / 1000, at);
    this.#lastPong = { cellNs: message.cell_ns, at };
    this.#listener.pong?.(message, at);
  }

  #onEvent(data: unknown): void {
    const message = decodeEvent(data, (flaw) => this.#complain(flaw));
    if (message === null) return;
    this.#heardAt = now();
    if (message.type === "refused") {
      this.#refused = message.text;
      const final = FINAL_REASONS.has(message.reason) || message.reason.startsWith("ticket_");
      if (final) this.#end({ kind: "refused", text: message.text });
    }
    if (message.type === "welcome") {
      this.#refused = null;
      this.#failures = 0;
      this.#status.value = { kind: "open" };
    }
    this.#listener.event?.(message, this.#heardAt);
  }

  #complain(flaw: string): void {
    this.#undecodable += 1;
    this.#flaw = flaw;
  }

  /** Two readings of the page's clock show that nothing came between them and the wall clock's. */
  #lookAtWall(): void {
    const before = now();
    const wall = Date.now();
    if (now() - before < LOOK_TAKES_MS) this.#clock = lookAtWall(this.#clock, wall * 1000, before * 1000);
  }

  #beatOn(): void {
    this.#beat();
    if (this.#isClosed) return;
    const pause = this.#target.pingEveryMs ?? pingPauseMs(now() - this.#openedAt);
    this.#beating = setTimeout(() => this.#beatOn(), pause);
  }

  #beat(): void {
    if (this.#peer === null) return;
    this.#lookAtWall();
    if (now() - this.#heardAt > SILENT_FOR_MS) {
      this.#again();
      return;
    }
    const left = now();
    const sent = this.sendControl({
      type: "ping",
      version: 1,
      client_us: microseconds(left),
      pong_cell_ns: this.#lastPong?.cellNs ?? 0,
      pong_received_us: microseconds(this.#lastPong?.at ?? 0),
      restarts: this.#clock.restarts,
    });
    if (sent) this.#meter = pinged(this.#meter, left);
  }

  async #count(): Promise<void> {
    const peer = this.#peer;
    if (peer === null || this.#status.value.kind !== "open") return;
    const counts = await peer.counts().catch(() => null); // a connection that has just ended has nothing to say
    if (counts !== null && peer === this.#peer) this.#meter = counted(this.#meter, now(), counts);
  }
}

/** Servers that help to reach a cell; without the hub's answer a direct way is tried all the same. */
async function iceServers(): Promise<readonly IceServer[]> {
  try {
    return (await getIceServers()).servers;
  } catch {
    return [];
  }
}
