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

/** Seconds since the episode's start, whether it runs, and how fast. */
export class Playback {
  readonly #time = signal(0);
  readonly #playing = signal(false);
  readonly #rate = signal(1);
  readonly #films: Film[] = [];
  #duration = 0;

  readonly time: ReadonlySignal<number> = this.#time;
  readonly playing: ReadonlySignal<boolean> = this.#playing;
  readonly rate: ReadonlySignal<number> = this.#rate;

  /** The episode's length in seconds. */
  set duration(seconds: number) {
    this.#duration = seconds;
  }

  /** Takes a video in; the answer takes it out again. */
  add(film: Film): () => void {
    this.#films.push(film);
    film.playbackRate = this.#rate.value;
    film.currentTime = this.#time.value;
    return () => this.#films.splice(this.#films.indexOf(film), 1);
  }

  play(): void {
    if (this.#time.value >= this.#duration) this.seek(0);
    this.#playing.value = true;
    for (const film of this.#films) film.play().catch(() => undefined); // one that cannot play is led by the clock
  }

  pause(): void {
    this.#playing.value = false;
    for (const film of this.#films) film.pause();
  }

  seek(seconds: number): void {
    const time = Math.min(this.#duration, Math.max(0, seconds));
    this.#time.value = time;
    for (const film of this.#films) film.currentTime = time;
  }

  setRate(rate: number): void {
    this.#rate.value = rate;
    for (const film of this.#films) film.playbackRate = rate;
  }

  /** Moves on by `elapsed` seconds of the wall; called once per drawn frame. */
  advance(elapsed: number): void {
    if (!this.#playing.value) return;
    const leader = this.#films.find((film) => film.readyState >= ENOUGH_DATA && !film.ended);
    const time = leader === undefined ? this.#time.value + elapsed * this.#rate.value : leader.currentTime;
    this.#time.value = Math.min(this.#duration, time);
    for (const film of this.#films) {
      const apart = Math.abs(film.currentTime - time) > FARTHEST_APART_S;
      if (film !== leader && apart && !film.seeking && !film.ended) film.currentTime = time;
    }
    if (time >= this.#duration) this.pause();
  }
}
