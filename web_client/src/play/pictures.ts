/** The cameras' pictures on the screen: which one is large, which frame it shows, and how old it is. */

import { signal } from "@preact/signals";
import type { SeenFrame } from "../wire";
import { ageOnScreen, pictureAge } from "./picture_age";
import { type Shown, watch } from "./watching";

const KEPT_AGES = 1_200;

/** See the module's text. */
export class Pictures {
  /** The camera whose picture fills the stage. */
  readonly main = signal<string | null>(null);
  readonly #seen = new Map<string, Shown>();
  readonly #origins = new Map<string, number>();
  readonly #watched = new Map<string, () => void>();
  readonly #ages: number[] = [];
  #offset: number | null = null;

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
    this.#watched.get(camera)?.();
    this.#watched.delete(camera);
    if (video) this.#watched.set(camera, watch(video, camera, (shown) => this.#onShown(camera, shown)));
  }

  /** Ends all watching. */
  close(): void {
    this.#watched.forEach((stop) => stop());
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

  /** The frame of the large picture that was presented last. */
  get seen(): SeenFrame | null {
    return this.#seen.get(this.main.value ?? "")?.frame ?? null;
  }

  /** Milliseconds since the large picture last changed; null before the first. */
  quiet(at: number): number | null {
    const shown = this.#seen.get(this.main.value ?? "");
    return shown ? at - shown.shownMs : null;
  }

  /** Whether the browser shows the large picture without saying which frame it is. */
  get unnamed(): boolean {
    return this.#seen.get(this.main.value ?? "")?.frame === null;
  }

  /** Milliseconds since the large picture on the screen was taken; null while that cannot be told. */
  age(at: number): number | null {
    return this.#offset === null ? null : ageOnScreen(this.#ages, this.quiet(at));
  }

  /** Milliseconds from capture to screen of the large picture's latest frames, oldest first. */
  get ages(): readonly number[] {
    return this.#ages;
  }

  #onShown(camera: string, shown: Shown): void {
    this.#seen.set(camera, shown);
    if (camera !== this.main.value || !shown.frame) return;
    const age = pictureAge(shown.frame.rtp_timestamp, this.#origins.get(camera) ?? null, this.#offset, shown.shownMs * 1000);
    if (age === null) return;
    this.#ages.push(age);
    if (this.#ages.length > KEPT_AGES) this.#ages.shift();
  }
}
