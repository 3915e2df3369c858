/** Drives a playback's clock once per drawn frame for as long as its page is shown. */
import { useEffect } from "preact/hooks";
import type { Playback } from "./playback";

/** Runs the clock of an episode that is `length` seconds long. */
export function useClock(playback: Playback, length: number): void {
  playback.duration = length;
  useEffect(() => {
    let before = performance.now();
    let frame = 0;
    const step = (now: number): void => {
      playback.advance((now - before) / 1000);
      before = now;
      frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  }, []);
}
