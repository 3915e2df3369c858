import { describe, expect, it } from "vitest";
import { linkFrames } from "../../src/predict/arm";
import { pointAtHeight, project, viewAxes, viewOf } from "../../src/predict/camera";
import { layOut, toPicture, toStage } from "../../src/predict/layout";
import { compose, fromRollPitchYaw, inverted, UNTURNED, WORLD, wrapped } from "../../src/predict/space";
import type { CameraCalibration } from "../../src/wire";
import { READY } from "./vectors";

/** At (0.62, 0, 0.5), looking at (0.2, 0, 0.02). */
const size = Math.hypot(0.42, 0.48);
const [ax, az] = [-0.42 / size, -0.48 / size];
const overview: CameraCalibration = {
  version: 1, camera: "overview", width: 640, height: 480, fx: 686, fy: 686, cx: 320, cy: 240,
  rotation: [0, 1, 0, -az, 0, ax, ax, 0, az],
  translation_m: [0, az * 0.62 - ax * 0.5, -(ax * 0.62 + az * 0.5)],
  mount: "world",
};

describe("a camera on the far side", () => {
  const view = viewOf(overview, WORLD);

  it("shows what it looks at in the middle", () => {
    const seen = project(overview, view, [0.2, 0, 0.02]);
    expect(seen?.at[0]).toBeCloseTo(320, 6);
    expect(seen?.at[1]).toBeCloseTo(240, 6);
    expect(seen?.pixelsPerMetre).toBeCloseTo(686 / size, 6);
  });

  it("shows the arm's left on the right, near things low, high things high", () => {
    const middle = project(overview, view, [0.2, 0, 0])?.at ?? [0, 0];
    expect(project(overview, view, [0.2, 0.1, 0])?.at[0]).toBeGreaterThan(middle[0]);
    expect(project(overview, view, [0.3, 0, 0])?.at[1]).toBeGreaterThan(middle[1]);
    expect(project(overview, view, [0.2, 0, 0.1])?.at[1]).toBeLessThan(middle[1]);
  });

  it("does not show what is behind it", () => {
    expect(project(overview, view, [1.2, 0, 0.9])).toBeNull();
  });

  it("gives keys their directions", () => {
    const { right, away } = viewAxes(overview.rotation);
    expect(right[1]).toBeCloseTo(1, 9);
    expect(away[0]).toBeCloseTo(-1, 9);
  });

  it("finds the point on the table that a pixel shows", () => {
    for (const point of [[0.2, 0.1, 0], [0.3, -0.12, 0.03], [0.15, 0, 0.06]] as const) {
      const at = project(overview, view, point)?.at;
      expect(at).toBeDefined();
      if (!at) continue;
      const back = pointAtHeight(overview, view, at, point[2]);
      expect(back?.[0]).toBeCloseTo(point[0], 9);
      expect(back?.[1]).toBeCloseTo(point[1], 9);
    }
    expect(pointAtHeight(overview, view, [320, -5000], 0)).toBeNull();
  });
});

describe("other cameras", () => {
  it("straight above take screen-up as away", () => {
    const { right, away } = viewAxes([0, -1, 0, -1, 0, 0, 0, 0, -1]);
    expect(right).toEqual([0, -1]);
    expect(away[0]).toBeCloseTo(1, 9);
  });

  it("on the gripper move with it", () => {
    const { gripper } = linkFrames(READY.joints);
    const mounted: CameraCalibration = { ...overview, rotation: UNTURNED, translation_m: [0, 0, 0.1], mount: "gripper" };
    const view = viewOf(mounted, gripper);
    const [x, y] = project(mounted, view, gripper.origin)?.at ?? [0, 0];
    expect(x).toBeCloseTo(mounted.cx, 6);
    expect(y).toBeCloseTo(mounted.cy, 6);
  });
});

describe("frames", () => {
  it("undo themselves", () => {
    const frame = { rotation: fromRollPitchYaw(0.3, -1.1, 2), origin: [0.1, -0.2, 0.3] as const };
    const none = compose(frame, inverted(frame));
    none.rotation.forEach((value, at) => expect(value).toBeCloseTo(UNTURNED[at] ?? 0, 12));
    none.origin.forEach((value) => expect(value).toBeCloseTo(0, 12));
  });

  it("wrap angles into (-pi, pi]", () => {
    expect(wrapped(-Math.PI)).toBe(Math.PI);
    expect(wrapped(3 * Math.PI)).toBeCloseTo(Math.PI, 12);
    expect(wrapped(7)).toBeCloseTo(7 - 2 * Math.PI, 12);
  });
});

describe("the layout", () => {
  const picture = { width: 640, height: 480 };

  it("fills a stage of about the same shape", () => {
    const layout = layOut(picture, { width: 1440, height: 900 });
    expect(layout.width).toBe(1440);
    expect(layout.top).toBeLessThanOrEqual(0);
    expect(layout.top + layout.height).toBeGreaterThanOrEqual(900);
  });

  it("shows all of the picture on a phone", () => {
    const layout = layOut(picture, { width: 390, height: 700 });
    expect(layout.width).toBe(390);
    expect(layout.left).toBe(0);
    expect(layout.top).toBeGreaterThan(0);
  });

  it("goes from picture to stage and back", () => {
    const layout = layOut(picture, { width: 844, height: 390 });
    const there = toStage(layout, [100, 200]);
    expect(toPicture(layout, there)[0]).toBeCloseTo(100, 9);
    expect(toPicture(layout, there)[1]).toBeCloseTo(200, 9);
  });

  it("lives with a stage that has no size yet", () => {
    expect(layOut(picture, { width: 0, height: 0 }).width).toBe(0);
  });
});
