import { describe, expect, it } from "vitest";
import { circle, cubeFaces, nearness, project, shade } from "../../src/ui/projection";

describe("the drawing", () => {
  it("has the arm's left at the right and its front at the bottom, as the overview camera sees it", () => {
    const [u, v] = project([0.2, 0, 0]);
    expect(project([0.2, 0.1, 0])[0]).toBeGreaterThan(u);
    expect(project([0.3, 0, 0])[1]).toBeGreaterThan(v);
    expect(project([0.2, 0, 0.1])[1]).toBeLessThan(v);
  });

  it("draws what is higher or farther from the arm later", () => {
    expect(nearness([0.2, 0, 0.05])).toBeGreaterThan(nearness([0.2, 0, 0.02]));
    expect(nearness([0.25, 0, 0])).toBeGreaterThan(nearness([0.2, 0, 0]));
  });

  it("draws three faces that share the near top corner", () => {
    const { top, front, side } = cubeFaces([0.2, 0, 0.015], 0.03);
    expect(front[0]).toEqual(top[0]);
    expect(side[0]).toEqual(top[0]);
    expect(circle([0, 0, 0], 0.03)).toHaveLength(32);
  });

  it("shades colours without leaving their range", () => {
    expect(shade("#e5484d", 1)).toBe("#e5484d");
    expect(shade("#ffffff", 0.5)).toBe("#808080");
    expect(shade("#000000", 2)).toBe("#ffffff");
  });
});
