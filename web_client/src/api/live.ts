/**
 * The page's one WebSocket to the hub, `/api/live`: lobby news, the granted turn, signalling, results.
 *
 * `live` is shared by all pages. It connects again by itself, with growing pauses, and says every 5 s that the
 * page is still open, which keeps the place in the queue.
 */
import { signal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { FromBrowser, Lobby, Result, ToBrowser, TurnGranted } from "../wire";

const STILL_HERE_MS = 5_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;
const SILENT_AFTER_MS = 10_000;

type Kind = ToBrowser["type"];
type Listener<K extends Kind> = (message: Extract<ToBrowser, { type: K }>) => void;

/** What the client needs of a WebSocket, so that a test can stand in for one. */
export interface Socket {
  onopen: (() => void) | null;
  onclose: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  send(text: string): void;
  close(): void;
}

/** The world outside: opens a socket, tells the time in milliseconds, and wakes the client later. */
export interface Outside {
  connect(): Socket;
  now(): number;
  later(run: () => void, ms: number): void;
}

const KINDS: ReadonlySet<string> = new Set<Kind>(["lobby", "turn", "answer", "failure", "result"]);

/** Reads one frame; null when it is none of the hub's messages. */
export function readMessage(data: unknown): ToBrowser | null {
  if (typeof data !== "string") return null;
  try {
    const parsed: unknown = JSON.parse(data);
    if (typeof parsed !== "object" || parsed === null || !("type" in parsed)) return null;
    if (typeof parsed.type !== "string" || !KINDS.has(parsed.type)) return null;
    return parsed as ToBrowser; // the hub's types and these are generated from one source
  } catch {
    return null;
  }
}

/** The pause before try number `failures`: it doubles from half a second to eight. */
export function pauseMs(failures: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
}

/** The live connection; see the module's text. */
export class Live {
  readonly #outside: Outside;
  readonly #connected = signal(false);
  readonly #lobby: Signal<Lobby | null> = signal(null);
  readonly #turn: Signal<TurnGranted | null> = signal(null);
  readonly #result: Signal<Result | null> = signal(null);
  readonly #listeners = new Map<Kind, Set<(message: never) => void>>();
  #socket: Socket | null = null;
  #failures = 0;
  #saidHereAt = 0;
  #heardAt = 0;

  /** True while the hub is reachable. */
  readonly connected: ReadonlySignal<boolean> = this.#connected;
  /** The newest lobby news: cells, and this player's place. Kept while the hub is away. */
  readonly lobby: ReadonlySignal<Lobby | null> = this.#lobby;
  /** The newest granted turn, until its result arrives or `forgetTurn` is called. */
  readonly turn: ReadonlySignal<TurnGranted | null> = this.#turn;
  /** The newest result that the hub sent to this player. */
  readonly result: ReadonlySignal<Result | null> = this.#result;

  constructor(outside: Outside) {
    this.#outside = outside;
  }

  /** Connects, and connects again whenever the connection ends. */
  start(): void {
    this.#connect();
    this.#beat();
  }

  /** Connects anew at once, for instance after signing in: the hub reads the session when a socket opens. */
  reopen(): void {
    const old = this.#socket;
    this.#failures = 0;
    this.#connect();
    old?.close();
  }

  /** Sends a message; false when the hub is not reachable now (nothing is kept for later). */
  send(message: FromBrowser): boolean {
    if (this.#socket === null || !this.#connected.value) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Calls `listener` for every message of one type; the answer stops that. */
  on<K extends Kind>(type: K, listener: Listener<K>): () => void {
    const all = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, all);
    all.add(listener);
    return () => all.delete(listener);
  }

  /** Seconds since the hub was last heard; it speaks once a second. */
  silence(): number {
    return (this.#outside.now() - this.#heardAt) / 1000;
  }

  /** Forgets the granted turn, once its page was left. */
  forgetTurn(): void {
    this.#turn.value = null;
  }

  #connect(): void {
    const socket = this.#outside.connect();
    this.#socket = socket;
    socket.onopen = () => this.#opened(socket);
    socket.onclose = () => this.#closed(socket);
    socket.onmessage = (event) => this.#received(socket, event.data);
  }

  #opened(socket: Socket): void {
    if (socket !== this.#socket) return;
    this.#failures = 0;
    this.#heardAt = this.#outside.now();
    this.#connected.value = true;
    this.#sayHere();
  }

  #closed(socket: Socket): void {
    if (socket !== this.#socket) return;
    this.#socket = null;
    this.#connected.value = false;
    this.#outside.later(() => this.#retry(), pauseMs(this.#failures));
    this.#failures += 1;
  }

  #drop(): void {
    const dead = this.#socket;
    if (dead === null) return;
    this.#closed(dead);
    dead.close();
  }

  #retry(): void {
    if (this.#socket === null) this.#connect();
  }

  #beat(): void {
    // A connection may be dead without having ended: the hub's silence tells.
    if (this.#connected.value && this.#outside.now() - this.#heardAt > SILENT_AFTER_MS) this.#drop();
    this.#sayHere();
    this.#outside.later(() => this.#beat(), STILL_HERE_MS);
  }

  #sayHere(): void {
    if (this.send({ type: "still_here", version: 1 })) this.#saidHereAt = this.#outside.now();
  }

  #received(socket: Socket, data: unknown): void {
    const message = readMessage(data);
    if (message === null || socket !== this.#socket) return;
    this.#heardAt = this.#outside.now();
    // A hidden page's timers are slowed down to once a minute, arriving messages are not.
    if (this.#outside.now() - this.#saidHereAt >= STILL_HERE_MS) this.#sayHere();
    this.#keep(message);
    for (const listener of this.#listeners.get(message.type) ?? []) listener(message as never);
  }

  #keep(message: ToBrowser): void {
    if (message.type === "lobby") this.#lobby.value = message;
    if (message.type === "turn") this.#turn.value = message;
    if (message.type !== "result") return;
    this.#result.value = message;
    if (this.#turn.value?.turn_id === message.turn_id) this.#turn.value = null;
  }
}

function openSocket(): Socket {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return new WebSocket(`${scheme}://${location.host}/api/live`) as Socket;
}

/** The one live connection of this page. */
export const live = new Live({
  connect: openSocket,
  now: () => performance.now(),
  later: (run, ms) => void setTimeout(run, ms),
});
