/** Watches which picture is on the screen, for each camera. */

import type { SeenFrame } from "../wire";

/** A picture that was just shown; `shownMs` is performance.now() of its presentation. */
export interface Shown {
  readonly frame: SeenFrame | null;
  readonly shownMs: number;
}

const largestPresented = Number.MAX_SAFE_INTEGER;

/** Whether this browser tells which picture it shows, and when. */
export const tellsPictures = (): boolean => "requestVideoFrameCallback" in HTMLVideoElement.prototype;

/** Calls `shown` for every picture that the video element presents; the answer stops it. */
export function watch(video: HTMLVideoElement, camera: string, shown: (shown: Shown) => void): () => void {
  if (!("requestVideoFrameCallback" in video)) return () => undefined; // older browsers: the cell then drives at half speed
  let handle = 0;
  let stopped = false;
  const next = (): void => {
    handle = video.requestVideoFrameCallback((_now, metadata) => {
      if (stopped) return;
      shown({ frame: seenFrame(camera, metadata), shownMs: metadata.presentationTime });
      next();
    });
  };
  next();
  return () => {
    stopped = true;
    video.cancelVideoFrameCallback(handle);
  };
}

/** What the browser says of the picture; null where it does not name its RTP time stamp. */
export function seenFrame(camera: string, metadata: VideoFrameCallbackMetadata): SeenFrame | null {
  if (metadata.rtpTimestamp === undefined) return null;
  return {
    camera,
    rtp_timestamp: metadata.rtpTimestamp >>> 0,
    presented_us: Math.max(0, Math.round(metadata.presentationTime * 1000)),
    presented_frames: Math.min(metadata.presentedFrames, largestPresented),
  };
}
