import { describe, expect, it } from "vitest";
import { Playback, type Film } from "../../src/pages/episodes/playback";
import { stretches } from "../../src/pages/episodes/stretches";

class FakeFilm implements Film {
  currentTime = 0;
  playbackRate = 1;
  readyState = 4;
  seeking = false;
  ended = false;
  playing = false;
  play(): Promise<void> {
    this.playing = true;
    return Promise.resolve();
  }
  pause(): void {
    this.playing = false;
  }
}

function started(...films: FakeFilm[]): Playback {
  const playback = new Playback();
  playback.duration = 10;
  for (const film of films) playback.add(film);
  playback.play();
  return playback;
}

describe("the one clock", () => {
  it("follows the first video and pulls the others to it only when they are apart", () => {
    const [leader, near, far] = [new FakeFilm(), new FakeFilm(), new FakeFilm()];
    const playback = started(leader, near, far);
    leader.currentTime = 2;
    near.currentTime = 1.95;
    far.currentTime = 1.5;
    playback.advance(0.016);
    expect([playback.time.value, near.currentTime, far.currentTime]).toEqual([2, 1.95, 2]);
  });

  it("runs by itself without a video that can play, at the chosen speed", () => {
    const film = new FakeFilm();
    film.readyState = 0;
    const playback = started(film);
    playback.setRate(2);
    playback.advance(0.5);
    expect(playback.time.value).toBe(1);
    expect(film.playbackRate).toBe(2);
  });

  it("stops at the end, and plays again from the start", () => {
    const playback = started();
    playback.advance(11);
    expect([playback.time.value, playback.playing.value]).toEqual([10, false]);
    playback.play();
    expect(playback.time.value).toBe(0);
  });

  it("seeks within the episode and does not move while paused", () => {
    const film = new FakeFilm();
    const playback = started(film);
    playback.seek(99);
    expect([playback.time.value, film.currentTime]).toEqual([10, 10]);
    playback.pause();
    playback.seek(-1);
    playback.advance(5);
    expect([playback.time.value, film.playing]).toEqual([0, false]);
  });

  it("forgets a video whose place is gone", () => {
    const playback = new Playback();
    playback.duration = 10;
    const film = new FakeFilm();
    playback.add(film)();
    playback.seek(3);
    expect(film.currentTime).toBe(0);
  });
});

describe("stretches of a mode", () => {
  it("reach up to the next one", () => {
    expect(stretches([0, 1, 2, 3], ["hold", "hold", "play", "play"])).toEqual([
      { mode: "hold", from: 0, to: 2 },
      { mode: "play", from: 2, to: 3 },
    ]);
    expect(stretches([], [])).toEqual([]);
  });
});
