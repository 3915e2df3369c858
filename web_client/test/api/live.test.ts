import { beforeEach, describe, expect, it } from "vitest";
import { Live, pauseMs, readMessage, type Outside, type Socket } from "../../src/api/live";
import type { Result, TurnGranted } from "../../src/wire";

const LOBBY = { type: "lobby", version: 1, cells: [], place: null };
const TURN: TurnGranted = {
  type: "turn",
  version: 1,
  turn_id: "t-1",
  cell_id: "home",
  puzzle_id: "tower",
  lease_epoch: 3,
  ticket: "x".repeat(20),
  duration_s: 240,
};
const RESULT: Result = {
  type: "result",
  version: 1,
  turn_id: "t-1",
  cell_id: "home",
  puzzle_id: "tower",
  puzzle_title: { en: "Tower", zh: "塔" },
  pseudonym: "Ada",
  solved: true,
  reason: { en: "Done", zh: "完成" },
  score: 900,
  stars: 3,
  time_s: 60,
  moves: 3,
  ended_utc_ns: 1,
  episode_id: null,
  rank: 1,
};

class FakeSocket implements Socket {
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  readonly sent: string[] = [];
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    this.onclose?.();
  }
  arrive(message: unknown): void {
    this.onmessage?.({ data: typeof message === "string" ? message : JSON.stringify(message) });
  }
}

class World implements Outside {
  readonly sockets: FakeSocket[] = [];
  #now = 0;
  #waiting: { at: number; run: () => void }[] = [];
  connect(): Socket {
    const socket = new FakeSocket();
    this.sockets.push(socket);
    return socket;
  }
  now(): number {
    return this.#now;
  }
  later(run: () => void, ms: number): void {
    this.#waiting.push({ at: this.#now + ms, run });
  }
  /** Lets time pass; `timers` off is a hidden page whose timers the browser withholds. */
  pass(ms: number, timers = true): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#waiting.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!timers || next === undefined) break;
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      this.#now = next.at;
      next.run();
    }
    this.#now = end;
  }
  socket(index = -1): FakeSocket {
    const found = this.sockets.at(index);
    if (found === undefined) throw new Error("no socket");
    return found;
  }
}

let world: World;
let live: Live;

beforeEach(() => {
  world = new World();
  live = new Live(world);
  live.start();
});

describe("the live connection", () => {
  it("says at once, then every five seconds, that the page is still open", () => {
    world.socket().onopen?.();
    expect(world.socket().sent).toEqual(['{"type":"still_here","version":1}']);
    for (let second = 0; second < 20; second += 1) {
      world.pass(1_000);
      world.socket().arrive(LOBBY);
    }
    expect(world.socket().sent).toHaveLength(5);
  });

  it("says so on arriving messages when the page is hidden and its timers sleep", () => {
    world.socket().onopen?.();
    for (let second = 0; second < 12; second += 1) {
      world.pass(1_000, false);
      world.socket().arrive(LOBBY);
    }
    expect(world.socket().sent).toHaveLength(3);
  });

  it("keeps the newest lobby, turn and result, and hands messages to listeners until they stop", () => {
    const heard: string[] = [];
    const stop = live.on("turn", (turn) => heard.push(turn.turn_id));
    world.socket().arrive(LOBBY);
    world.socket().arrive(TURN);
    expect(live.lobby.value).toEqual(LOBBY);
    expect(live.turn.value).toEqual(TURN);
    stop();
    world.socket().arrive({ ...TURN, turn_id: "t-2" });
    expect(heard).toEqual(["t-1"]);
  });

  it("ends the granted turn with its own result only", () => {
    world.socket().arrive(TURN);
    world.socket().arrive({ ...RESULT, turn_id: "t-0" });
    expect(live.turn.value).toEqual(TURN);
    world.socket().arrive(RESULT);
    expect(live.turn.value).toBeNull();
    expect(live.result.value).toEqual(RESULT);
  });

  it("forgets the turn when its page was left", () => {
    world.socket().arrive(TURN);
    live.forgetTurn();
    expect(live.turn.value).toBeNull();
  });

  it("connects again with growing pauses, and starts anew after success", () => {
    const first = world.socket();
    first.onopen?.();
    expect(live.connected.value).toBe(true);
    first.onclose?.();
    expect(live.connected.value).toBe(false);
    world.pass(499);
    expect(world.sockets).toHaveLength(1);
    world.pass(1);
    world.socket().onclose?.();
    world.pass(999);
    expect(world.sockets).toHaveLength(2);
    world.pass(1);
    expect(world.sockets).toHaveLength(3);
    world.socket().onopen?.();
    world.socket().onclose?.();
    world.pass(500);
    expect(world.sockets).toHaveLength(4);
  });

  it("gives up a connection that stays silent, and ignores what comes on it later", () => {
    const dead = world.socket();
    dead.onopen?.();
    dead.arrive(LOBBY);
    world.pass(14_999);
    expect(live.connected.value).toBe(true);
    expect(live.silence()).toBeCloseTo(15, 1);
    world.pass(1);
    expect(live.connected.value).toBe(false);
    dead.arrive(TURN);
    expect(live.turn.value).toBeNull();
    world.pass(500);
    expect(world.sockets).toHaveLength(2);
  });

  it("sends nothing while the hub is away, and says so", () => {
    expect(live.send({ type: "still_here", version: 1 })).toBe(false);
    expect(world.socket().sent).toEqual([]);
  });

  it("opens anew at once after signing in, and ignores the old socket from then on", () => {
    const old = world.socket();
    old.onopen?.();
    live.reopen();
    expect(world.sockets).toHaveLength(2);
    world.socket().onopen?.();
    old.arrive(LOBBY);
    expect(live.lobby.value).toBeNull();
    expect(live.connected.value).toBe(true);
    world.pass(9_000);
    expect(world.sockets).toHaveLength(2);
  });
});

describe("reading frames", () => {
  it.each(["{", "3", "null", "{}", '{"type":4}', '{"type":"state"}', new ArrayBuffer(3)])("drops %s", (frame) => {
    expect(readMessage(frame)).toBeNull();
  });

  it("never pauses longer than eight seconds", () => {
    expect([0, 1, 4, 5, 50].map(pauseMs)).toEqual([500, 1_000, 8_000, 8_000, 8_000]);
  });
});
