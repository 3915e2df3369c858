/**
 * Which picture is on the screen when a player acts, and which others it may have been.
 *
 * The picture that the video element paints is named. It reaches the glass at the next refresh or the one after,
 * so until the browser's expected display time and one refresh have passed, an older picture may still be there:
 * the newest one that surely was shown is the oldest that may be. A busy machine refreshes late, with animation
 * frames that come as late: so these are counted too. In 1230 pictures of a tab as it was composed at a load of 12 on
 * two cores none came after the second animation frame that followed the one in which the page was told of it.
 */

import type { SeenFrame } from "../wire";

/** What the browser tells of a picture when it presents it; times are performance.now(). */
export interface Presented {
  /** The RTP time stamp; null where the browser does not tell it. */
  readonly stamp: number | null;
  readonly presentedMs: number;
  readonly expectedMs: number;
  readonly presentedFrames: number;
}

/** What was told, and how many animation frames the page had begun by then. */
export interface Told extends Presented {
  readonly refresh: number;
}

/** The moment of a question, and how many animation frames the page has begun. */
export interface Moment {
  readonly at: number;
  readonly refresh: number;
}

/** A screen refreshes at least this often; the slowest common ones 60 times a second. */
export const REFRESH_MS = 17;
/** A picture is on the screen by then, whatever the browser expected: after a tab was away that is half a second off. */
export const LATEST_MS = 100;
/** So many pictures back a page may look: at 60 a second a fifth of a second. */
export const KEPT_TOLD = 12;
/** The browser tells of a picture just before the animation frame's own work: this is the second frame after that. */
export const REFRESHES = 3;
const shownAt = ({ presentedMs, expectedMs }: Told): number =>
  Math.max(presentedMs, Math.min(expectedMs, presentedMs + LATEST_MS));
const shownBy = (told: Told): number => shownAt(told) + REFRESH_MS;
const largestPresented = Number.MAX_SAFE_INTEGER;

/** Keeps what is told in addition, and no more than is needed. */
export const alsoTold = (before: readonly Told[], told: Told): readonly Told[] => [...before.slice(1 - KEPT_TOLD), told];

/** What a frame callback's metadata say. */
export const presentedOf = (metadata: VideoFrameCallbackMetadata): Presented => ({
  stamp: metadata.rtpTimestamp === undefined ? null : metadata.rtpTimestamp >>> 0,
  presentedMs: metadata.presentationTime,
  expectedMs: metadata.expectedDisplayTime,
  presentedFrames: metadata.presentedFrames,
});

/**
 * The picture on the screen at this moment; null until one that the browser told of has surely reached it.
 *
 * `painted` is the stamp of the picture that the element paints now; where that is unknown (null) the one told
 * last stands in, and any newer one may be there instead.
 */
export function onScreen(camera: string, told: readonly Told[], painted: number | null, { at, refresh }: Moment): SeenFrame | null {
  const last = told[told.length - 1];
  if (!last || last.stamp === null) return null;
  const sure = [...told].reverse().find((one) => shownBy(one) <= at && refresh - one.refresh >= REFRESHES);
  if (!sure || sure.stamp === null) return null;
  const stamp = painted ?? last.stamp;
  const named = [...told].reverse().find((one) => one.stamp === stamp);
  return {
    camera,
    rtp_timestamp: stamp,
    oldest_rtp: sure.stamp,
    newest_rtp: painted,
    displayed_us: named ? Math.max(0, Math.round(shownAt(named) * 1000)) : 0,
    presented_frames: Math.min(last.presentedFrames, largestPresented),
  };
}
