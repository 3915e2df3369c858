import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { REFRESHES } from "../../src/play/on_screen";
import { Pictures } from "../../src/play/pictures";
import { paintedStamp, watch } from "../../src/play/watching";

type Callback = (now: number, metadata: VideoFrameCallbackMetadata) => void;

/** A video element that shows what it is told to. */
class Screen {
  readyState = 2;
  painted: unknown = { rtpTimestamp: 0 };
  closed = 0;
  #next: Callback | null = null;

  requestVideoFrameCallback(callback: Callback): number {
    this.#next = callback;
    return 1;
  }

  cancelVideoFrameCallback(): void {
    this.#next = null;
  }

  get element(): HTMLVideoElement {
    return this as unknown as HTMLVideoElement;
  }

  /** Presents a picture; a page that no longer asks hears nothing. */
  present(rtpTimestamp: number, expectedDisplayTime: number): void {
    this.painted = { rtpTimestamp };
    const callback = this.#next;
    this.#next = null;
    callback?.(0, {
      rtpTimestamp, expectedDisplayTime, presentationTime: expectedDisplayTime - 8, presentedFrames: 1, width: 2, height: 2, mediaTime: 0,
    });
  }
}

class Painted {
  readonly #screen: Screen;

  constructor(screen: Screen) {
    if (screen.painted === null) throw new Error("nothing to paint");
    this.#screen = screen;
  }

  metadata(): unknown {
    return this.#screen.painted;
  }

  close(): void {
    this.#screen.closed += 1;
  }
}

const page = Object.assign(new EventTarget(), { hidden: false });
const turn = (hidden: boolean): void => {
  page.hidden = hidden;
  page.dispatchEvent(new Event("visibilitychange"));
};

beforeEach(() => {
  page.hidden = false;
  vi.stubGlobal("document", page);
  vi.stubGlobal("HTMLMediaElement", { HAVE_CURRENT_DATA: 2 });
  vi.stubGlobal("VideoFrame", Painted);
});
afterEach(() => vi.unstubAllGlobals());

describe("the painted picture", () => {
  it("is told by its time stamp, and given back", () => {
    const screen = new Screen();
    screen.painted = { rtpTimestamp: 2 ** 31 + 7 };
    expect(paintedStamp(screen.element)).toBe(2 ** 31 + 7);
    expect(screen.closed).toBe(1);
  });

  it.each([
    ["has no time stamp", {}],
    ["has none that is a number", { rtpTimestamp: "1" }],
    ["has no metadata", undefined],
    ["is not there", null],
  ])("is unknown when it %s", (_, painted) => {
    const screen = new Screen();
    screen.painted = painted;
    expect(paintedStamp(screen.element)).toBeNull();
  });

  it("is unknown before the first, and where browsers do not tell", () => {
    const screen = new Screen();
    screen.readyState = 1;
    expect(paintedStamp(screen.element)).toBeNull();
    screen.readyState = 2;
    vi.stubGlobal("VideoFrame", class { close(): void { screen.closed += 1; } });
    expect(paintedStamp(screen.element)).toBeNull();
    expect(screen.closed).toBe(1);
  });
});

describe("watching", () => {
  it("tells of each picture until it is stopped", () => {
    const screen = new Screen();
    const stamps: (number | null)[] = [];
    const stop = watch(screen.element, ({ stamp }) => stamps.push(stamp));
    screen.present(1, 100);
    screen.present(2, 133);
    stop();
    screen.present(3, 166);
    expect(stamps).toEqual([1, 2]);
  });

  it("tells nothing where the browser does not", () => {
    expect(watch({} as HTMLVideoElement, () => expect.unreachable())()).toBeUndefined();
  });
});

describe("the pictures of a page", () => {
  const shown = (): { pictures: Pictures; large: Screen; small: Screen } => {
    const [pictures, large, small] = [new Pictures(), new Screen(), new Screen()];
    pictures.choose("overview");
    pictures.attach("overview", large.element);
    pictures.attach("wrist", small.element);
    return { pictures, large, small };
  };

  const refresh = (pictures: Pictures): void => {
    for (let frame = 0; frame < REFRESHES; frame += 1) pictures.refreshed();
  };

  it("names the large one, whichever that is", () => {
    const { pictures, large, small } = shown();
    large.present(10, 100);
    small.present(20, 100);
    pictures.refreshed();
    expect(pictures.seen(200)).toBeNull();
    refresh(pictures);
    expect(pictures.seen(200)).toMatchObject({ camera: "overview", rtp_timestamp: 10 });
    pictures.swap(["overview", "wrist"]);
    expect(pictures.seen(200)).toMatchObject({ camera: "wrist", rtp_timestamp: 20 });
  });

  it("names nothing while hidden, nor after that until a picture has come", () => {
    const { pictures, large } = shown();
    large.present(10, 100);
    turn(true);
    large.present(10, 150);
    refresh(pictures);
    expect(pictures.seen(200)).toBeNull();
    turn(false);
    expect(pictures.seen(9_000)).toBeNull();
    expect(pictures.quiet(9_000)).toBe(9_000 - 142);
    large.present(11, 9_010);
    refresh(pictures);
    expect(pictures.seen(9_100)).toMatchObject({ rtp_timestamp: 11, oldest_rtp: 11 });
  });

  it("names nothing that is no longer watched", () => {
    const { pictures, large } = shown();
    large.present(10, 100);
    pictures.attach("overview", null);
    expect(pictures.seen(200)).toBeNull();
    expect(pictures.quiet(200)).toBeNull();
  });
});
