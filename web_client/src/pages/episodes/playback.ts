/**
 * One clock for videos and plots. The first video leads while it can play; the others are set to it; without a
 * video the clock runs by itself.
 */
import { signal, type ReadonlySignal } from "@preact/signals";

const FARTHEST_APART_S = 0.1;
const ENOUGH_DATA = 2; // HTMLMediaElement.HAVE_CURRENT_DATA

/** What the clock needs of a video element, so that a test can stand in for one. */
export interface Film {
  currentTime: number;
  playbackRate: number;
  readonly readyState: number;
  readonly seeking: boolean;
  readonly ended: boolean;
  play(): Promise<void>;
  pause(): void;
}

/** How far a film's own time lies behind the clock at a moment; evened out while it `runs`. */
export type Behind = (time: number, runs: boolean) => number;

interface Led {
  readonly film: Film;
  readonly behind: Behind;
}

/** Seconds since the episode's start, whether it runs, and how fast. */
export class Playback {
  readonly #time = signal(0);
  readonly #playing = signal(false);
  readonly #rate = signal(1);
  readonly #films: Led[] = [];
  #duration = 0;

  readonly time: ReadonlySignal<number> = this.#time;
  readonly playing: ReadonlySignal<boolean> = this.#playing;
  readonly rate: ReadonlySignal<number> = this.#rate;

  /** The episode's length in seconds. */
  set duration(seconds: number) {
    this.#duration = seconds;
  }

  /** Takes a video in, which may lie behind the clock; the answer takes it out again. */
  add(film: Film, behind: Behind = () => 0): () => void {
    const led = { film, behind };
    this.#films.push(led);
    film.playbackRate = this.#rate.value;
    film.currentTime = this.#own(led, false);
    return () => this.#films.splice(this.#films.indexOf(led), 1);
  }

  play(): void {
    if (this.#time.value >= this.#duration) this.seek(0);
    this.#playing.value = true;
    for (const { film } of this.#films) film.play().catch(() => undefined); // one that cannot play is led by the clock
  }

  pause(): void {
    this.#playing.value = false;
    for (const { film } of this.#films) film.pause();
  }

  seek(seconds: number): void {
    this.#time.value = Math.min(this.#duration, Math.max(0, seconds));
    for (const led of this.#films) led.film.currentTime = this.#own(led, false);
  }

  setRate(rate: number): void {
    this.#rate.value = rate;
    for (const { film } of this.#films) film.playbackRate = rate;
  }

  /** Moves on by `elapsed` seconds of the wall; called once per drawn frame. */
  advance(elapsed: number): void {
    if (!this.#playing.value) return;
    const leader = this.#films.find(({ film }) => film.readyState >= ENOUGH_DATA && !film.ended);
    const before = this.#time.value;
    const time =
      leader === undefined ? before + elapsed * this.#rate.value : leader.film.currentTime + leader.behind(before, true);
    this.#time.value = Math.min(this.#duration, Math.max(0, time));
    for (const led of this.#films) {
      const own = this.#own(led, true);
      const apart = Math.abs(led.film.currentTime - own) > FARTHEST_APART_S;
      if (led !== leader && apart && !led.film.seeking && !led.film.ended) led.film.currentTime = own;
    }
    if (time >= this.#duration) this.pause();
  }

  #own(led: Led, runs: boolean): number {
    return Math.max(0, this.#time.value - led.behind(this.#time.value, runs));
  }
}
