/** The cameras' pictures on the screen: which one is large, which frame it shows, and how old it is. */

import { signal } from "@preact/signals";
import type { SeenFrame } from "../wire";
import { alsoTold, onScreen, type Presented, type Told } from "./on_screen";
import { ageOnScreen, pictureAge } from "./picture_age";
import { paintedStamp, watch } from "./watching";

const KEPT_AGES = 1_200;

/** One camera's element and what was told of its pictures since the page came into view. */
interface Watched {
  readonly video: HTMLVideoElement;
  readonly stop: () => void;
  told: readonly Told[];
  /** The newest of them, from before that too. */
  last: Told | null;
}

/** See the module's text. */
export class Pictures {
  /** The camera whose picture fills the stage. */
  readonly main = signal<string | null>(null);
  readonly #origins = new Map<string, number>();
  readonly #watched = new Map<string, Watched>();
  readonly #ages: number[] = [];
  #offset: number | null = null;
  #refresh = 0;

  /** Makes a camera the large one, unless one already is. */
  choose(camera: string | null): void {
    if (this.main.value === null) this.main.value = camera;
  }

  /** Makes the next camera the large one. */
  swap(cameras: readonly string[]): void {
    const at = cameras.indexOf(this.main.value ?? "");
    this.main.value = cameras[(at + 1) % Math.max(1, cameras.length)] ?? null;
  }

  /** Watches a camera's video element; null ends it. */
  attach(camera: string, video: HTMLVideoElement | null): void {
    this.#watched.get(camera)?.stop();
    this.#watched.delete(camera);
    if (!video) return;
    const stopWatching = watch(video, (told) => this.#onTold(camera, told));
    const forget = (): void => this.#forget(camera);
    document.addEventListener("visibilitychange", forget);
    const stop = (): void => {
      stopWatching();
      document.removeEventListener("visibilitychange", forget);
    };
    this.#watched.set(camera, { video, stop, told: [], last: null });
  }

  /** Ends all watching. */
  close(): void {
    this.#watched.forEach(({ stop }) => stop());
    this.#watched.clear();
  }

  /** Takes in what a pong says of the tracks' time stamps; `offset` is the cell's clock minus the page's (µs). */
  learn(cameras: readonly string[], origins: readonly (number | null)[], offset: number | null): void {
    this.#offset = offset;
    origins.forEach((origin, at) => {
      const camera = cameras[at];
      if (camera !== undefined && origin !== null) this.#origins.set(camera, origin);
    });
  }

  /** An animation frame of the page has begun: the screen is refreshed once more. */
  refreshed(): void {
    this.#refresh += 1;
  }

  /** The frame of the large picture that is on the screen at `at`, which is now; null when none surely is. */
  seen(at: number): SeenFrame | null {
    const camera = this.main.value ?? "";
    const watched = this.#watched.get(camera);
    if (!watched || document.hidden) return null;
    return onScreen(camera, watched.told, paintedStamp(watched.video), { at, refresh: this.#refresh });
  }

  /** Milliseconds since the large picture last changed; null before the first. */
  quiet(at: number): number | null {
    const last = this.#watched.get(this.main.value ?? "")?.last;
    return last ? at - last.presentedMs : null;
  }

  /** Whether the browser shows the large picture without saying which frame it is. */
  get unnamed(): boolean {
    return this.#watched.get(this.main.value ?? "")?.last?.stamp === null;
  }

  /** Milliseconds since the large picture on the screen was taken; null while that cannot be told. */
  age(at: number): number | null {
    return this.#offset === null ? null : ageOnScreen(this.#ages, this.quiet(at));
  }

  /** Milliseconds from capture to screen of the large picture's latest frames, oldest first. */
  get ages(): readonly number[] {
    return this.#ages;
  }

  /** A hidden page shows nothing, and what it showed before is no longer what is there when it comes back. */
  #forget(camera: string): void {
    const watched = this.#watched.get(camera);
    if (watched) watched.told = [];
  }

  #onTold(camera: string, presented: Presented): void {
    const watched = this.#watched.get(camera);
    if (!watched) return;
    const told = { ...presented, refresh: this.#refresh };
    watched.told = alsoTold(watched.told, told);
    watched.last = told;
    if (camera !== this.main.value || told.stamp === null) return;
    const age = pictureAge(told.stamp, this.#origins.get(camera) ?? null, this.#offset, told.presentedMs * 1000);
    if (age === null) return;
    this.#ages.push(age);
    if (this.#ages.length > KEPT_AGES) this.#ages.shift();
  }
}
