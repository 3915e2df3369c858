/**
 * How well messages and pictures come through, over the last seconds: round trip, jitter, and what is lost.
 *
 * Pings go out where messages may be lost, so one that stays without an answer for long enough was lost, on its way
 * or on the way back: half of that, about, is each way's. They are few; the pictures' own packets, hundreds a second,
 * show smaller losses. The worse of the two is told.
 */

/** One ping; times in milliseconds, `roundTrip` null until it is answered. */
interface Sent {
  readonly at: number;
  readonly roundTrip: number | null;
}

/** What has come of all pictures' packets and frames since the connection opened. */
export interface PictureCounts {
  readonly videos: number;
  readonly packets: number;
  readonly lost: number;
  readonly decoded: number;
  readonly dropped: number;
  readonly decodeSeconds: number;
}

/** All that is kept. */
export interface Meter {
  readonly sent: readonly Sent[];
  readonly counts: readonly { readonly at: number; readonly of: PictureCounts }[];
}

/** Milliseconds and shares from 0 to 1; null while unknown. */
export interface Reading {
  readonly roundTripMs: number | null;
  /** How much longer than the median one in five takes. */
  readonly jitterMs: number | null;
  /** The share that is lost one way. */
  readonly loss: number | null;
  /** The time that decoding a picture takes. */
  readonly decodeMs: number | null;
  /** Of each camera. */
  readonly picturesPerS: number | null;
  /** Pictures that came too late, or faster than they could be shown. */
  readonly dropped: number | null;
}

export const UNMEASURED: Meter = { sent: [], counts: [] };
export const NO_PICTURES: PictureCounts = { videos: 0, packets: 0, lost: 0, decoded: 0, dropped: 0, decodeSeconds: 0 };
const OVERDUE_MS = 1_000;
const KEPT_MS = 10_000;
const KEPT_PINGS = 500;
/** So many pings, or packets, say something of what is lost. */
const ENOUGH = 10;

/** A ping left. */
export function pinged(meter: Meter, at: number): Meter {
  const sent = meter.sent.slice(1 - KEPT_PINGS).filter((ping) => at - ping.at <= KEPT_MS);
  return { ...meter, sent: [...sent, { at, roundTrip: null }] };
}

/** The answer to the ping that left at `left` came; a second answer to the same one says nothing. */
export function answered(meter: Meter, left: number, now: number): Meter {
  const hit = (ping: Sent): boolean => ping.roundTrip === null && Math.abs(ping.at - left) < SAME_MS;
  return { ...meter, sent: meter.sent.map((ping) => (hit(ping) ? { at: ping.at, roundTrip: now - ping.at } : ping)) };
}

/** What has come of the pictures until now. */
export function counted(meter: Meter, at: number, of: PictureCounts): Meter {
  return { ...meter, counts: [...meter.counts.filter((one) => at - one.at <= KEPT_MS), { at, of }] };
}

/** What the last seconds say at `now`. */
export function reading(meter: Meter, now: number): Reading {
  const trips = meter.sent.flatMap((ping) => (ping.roundTrip === null ? [] : [ping.roundTrip])).sort((a, b) => a - b);
  const middle = trips[Math.floor(trips.length / 2)] ?? null;
  const slow = trips[Math.floor(trips.length * 0.8)] ?? null;
  return {
    roundTripMs: middle,
    jitterMs: middle === null || slow === null ? null : slow - middle,
    loss: worse(lostPings(meter.sent, now, middle ?? 0), lostPackets(meter)),
    ...decoding(meter),
  };
}

/** The page's clock is sent in whole microseconds. */
const SAME_MS = 0.002;

/** The loss of one way. Only pings whose answer is overdue are looked at, or the newest would tip the scale. */
function lostPings(sent: readonly Sent[], now: number, roundTripMs: number): number | null {
  const due = sent.filter((ping) => now - ping.at > Math.max(OVERDUE_MS, 2 * roundTripMs));
  const missed = due.filter((ping) => ping.roundTrip === null);
  return due.length < ENOUGH ? null : 1 - Math.sqrt(1 - missed.length / due.length);
}

/** The difference between the oldest and the newest count that are kept. */
function span({ counts }: Meter): { readonly seconds: number; readonly of: PictureCounts } | null {
  const [first, last] = [counts[0], counts[counts.length - 1]];
  if (!first || !last || last.at <= first.at) return null;
  const of: PictureCounts = {
    videos: last.of.videos,
    packets: last.of.packets - first.of.packets,
    lost: last.of.lost - first.of.lost,
    decoded: last.of.decoded - first.of.decoded,
    dropped: last.of.dropped - first.of.dropped,
    decodeSeconds: last.of.decodeSeconds - first.of.decodeSeconds,
  };
  return { seconds: (last.at - first.at) / 1000, of };
}

function lostPackets(meter: Meter): number | null {
  const found = span(meter);
  if (found === null || found.of.packets < ENOUGH) return null;
  const lost = Math.max(0, found.of.lost); // packets that come late are taken off again
  return lost / (lost + found.of.packets);
}

function decoding(meter: Meter): Pick<Reading, "decodeMs" | "picturesPerS" | "dropped"> {
  const found = span(meter);
  if (found === null) return { decodeMs: null, picturesPerS: null, dropped: null };
  const { videos, decoded, dropped, decodeSeconds } = found.of;
  return {
    decodeMs: decoded > 0 ? (decodeSeconds / decoded) * 1000 : null,
    picturesPerS: decoded / found.seconds / Math.max(1, videos),
    dropped: decoded + dropped > 0 ? dropped / (decoded + dropped) : null,
  };
}

const worse = (one: number | null, other: number | null): number | null =>
  one === null ? other : other === null ? one : Math.max(one, other);

/** Sums up what a connection's statistics say of the pictures that come in; anything of another form counts nothing. */
export function pictureCounts(entries: Iterable<unknown>): PictureCounts {
  let sum = NO_PICTURES;
  for (const entry of entries) {
    if (!isIncomingVideo(entry)) continue;
    sum = {
      videos: sum.videos + 1,
      packets: sum.packets + figure(entry, "packetsReceived"),
      lost: sum.lost + figure(entry, "packetsLost"),
      decoded: sum.decoded + figure(entry, "framesDecoded"),
      dropped: sum.dropped + figure(entry, "framesDropped"),
      decodeSeconds: sum.decodeSeconds + figure(entry, "totalDecodeTime"),
    };
  }
  return sum;
}

type Entry = Readonly<Record<string, unknown>>;

const isIncomingVideo = (entry: unknown): entry is Entry =>
  typeof entry === "object" && entry !== null && "type" in entry && entry.type === "inbound-rtp" && "kind" in entry && entry.kind === "video";

function figure(entry: Entry, name: string): number {
  const value = entry[name];
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}
