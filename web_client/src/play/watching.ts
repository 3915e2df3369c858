/** Watches which picture a video element shows. */

import { type Presented, presentedOf } from "./on_screen";

/** Whether this browser tells which picture it shows, and when. */
export const tellsPictures = (): boolean => "requestVideoFrameCallback" in HTMLVideoElement.prototype;

/** Calls `told` for every picture that the video element presents; the answer stops it. */
export function watch(video: HTMLVideoElement, told: (told: Presented) => void): () => void {
  if (!("requestVideoFrameCallback" in video)) return () => undefined; // older browsers: the cell then drives at half speed
  let handle = 0;
  let stopped = false;
  const next = (): void => {
    handle = video.requestVideoFrameCallback((_now, metadata) => {
      if (stopped) return;
      told(presentedOf(metadata));
      next();
    });
  };
  next();
  return () => {
    stopped = true;
    video.cancelVideoFrameCallback(handle);
  };
}

/**
 * The RTP time stamp of the picture that the element would paint now; null where the browser does not tell.
 *
 * Callbacks come once in a refresh of the screen, and not at all while the page is busy: this is exact between them.
 */
export function paintedStamp(video: HTMLVideoElement): number | null {
  if (!("VideoFrame" in globalThis) || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return null;
  try {
    const frame = new VideoFrame(video);
    try {
      return stampOf(frame);
    } finally {
      frame.close();
    }
  } catch {
    return null; // between two streams there is nothing to paint
  }
}

function stampOf(frame: VideoFrame): number | null {
  if (!("metadata" in frame) || typeof frame.metadata !== "function") return null;
  const told: unknown = frame.metadata();
  if (typeof told !== "object" || told === null || !("rtpTimestamp" in told)) return null;
  return typeof told.rtpTimestamp === "number" ? told.rtpTimestamp >>> 0 : null;
}
