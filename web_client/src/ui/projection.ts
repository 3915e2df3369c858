/**
 * The table as a drawing: parallel projection seen from the overview camera's side, turned a little.
 *
 * World is the arm's base frame in metres (x away from the arm, y left, z up); the drawing's unit is a millimetre,
 * u to the right, v down.
 */

export type Point = readonly [u: number, v: number];
export type World = readonly [x: number, y: number, z: number];

const AZIMUTH = 0.3;
const ELEVATION = 0.78;
const MM = 1000;
const [SIN_A, COS_A, SIN_E, COS_E] = [Math.sin(AZIMUTH), Math.cos(AZIMUTH), Math.sin(ELEVATION), Math.cos(ELEVATION)];

/** Where a point of the world lies in the drawing. */
export function project([x, y, z]: World): Point {
  const u = -SIN_A * x + COS_A * y;
  const v = SIN_E * COS_A * x + SIN_E * SIN_A * y - COS_E * z;
  return [u * MM, v * MM];
}

/** How near a point is to the viewer: greater is nearer, so it is drawn later. */
export function nearness([x, y, z]: World): number {
  return COS_A * COS_E * x + SIN_A * COS_E * y + SIN_E * z;
}

/** The three faces of an upright cube that the viewer sees, as corner lists; `centre` is the cube's middle. */
export function cubeFaces(centre: World, size: number): { top: Point[]; front: Point[]; side: Point[] } {
  const h = size / 2;
  const corner = (i: number, j: number, k: number): Point =>
    project([centre[0] + i * h, centre[1] + j * h, centre[2] + k * h]);
  return {
    top: [corner(1, 1, 1), corner(1, -1, 1), corner(-1, -1, 1), corner(-1, 1, 1)],
    front: [corner(1, 1, 1), corner(1, -1, 1), corner(1, -1, -1), corner(1, 1, -1)],
    side: [corner(1, 1, 1), corner(-1, 1, 1), corner(-1, 1, -1), corner(1, 1, -1)],
  };
}

/** A flat circle on the table as the ellipse's corner points, 32 of them. */
export function circle([x, y, z]: World, radius: number): Point[] {
  return Array.from({ length: 32 }, (_, index) => {
    const angle = (index / 32) * 2 * Math.PI;
    return project([x + radius * Math.cos(angle), y + radius * Math.sin(angle), z]);
  });
}

/** Points as an SVG `points` attribute. */
export function points(list: readonly Point[]): string {
  return list.map(([u, v]) => `${u.toFixed(1)},${v.toFixed(1)}`).join(" ");
}

/** A colour `#rrggbb` made darker (factor below 1) or lighter (above 1, towards white). */
export function shade(colour: string, factor: number): string {
  const channels = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  const mixed = channels.map((value) => (factor <= 1 ? value * factor : value + (255 - value) * (factor - 1)));
  return `#${mixed.map((value) => Math.round(Math.min(255, Math.max(0, value))).toString(16).padStart(2, "0")).join("")}`;
}
