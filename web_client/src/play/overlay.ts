/** Draws over the picture: the ghost and its way, its shadow on the table, pieces and slots under the pointer. */

import type { Pixel } from "../predict/camera";
import type { Layout } from "../predict/layout";
import { toStage } from "../predict/layout";
import type { Outline } from "./silhouette";
import type { PieceDrawn, SlotDrawn, Target } from "./table";

/** Everything that one frame shows, in picture pixels. */
export interface Scene {
  readonly layout: Layout;
  readonly ghost: GhostDrawn | null;
  readonly pieces: readonly PieceDrawn[];
  readonly slots: readonly SlotDrawn[];
  readonly hovered: Target;
  readonly chosen: string | null;
  /** Seconds, for slow pulses; 0 where motion is not wanted. */
  readonly time: number;
}

/** `apart` is 0 where arm and ghost agree and 1 from a few centimetres on. */
export interface GhostDrawn {
  readonly outlines: readonly Outline[];
  readonly apart: number;
  readonly driving: boolean;
  /** Whether the arm says that it stands there. */
  readonly arrived: boolean;
  /** From the arm's tool to the ghost's. */
  readonly way: readonly Pixel[];
  readonly tip: Pixel | null;
  readonly foot: Pixel | null;
  readonly footRing: Outline;
}

/** The colours that a scene is drawn in. */
export interface Palette {
  readonly accent: string;
  readonly quiet: string;
  readonly ground: string;
}

/** How strong the ghost's inside is beside its edge. */
const INSIDE = 0.2;
/** The point of rest, CSS pixels. */
const REST_PX = 4;
/** The tick of an arm that has arrived, and where it is from the tool's tip, CSS pixels. */
const TICK_PX = 10;
const TICK_AT = [30, -26] as const;

/** The canvas over the picture. */
export class Overlay {
  readonly #canvas: HTMLCanvasElement;
  readonly #brush: CanvasRenderingContext2D;
  readonly #palette: Palette;
  readonly #font: string;

  constructor(canvas: HTMLCanvasElement, palette: Palette) {
    this.#canvas = canvas;
    this.#palette = palette;
    this.#brush = brushOf(canvas);
    this.#font = `700 16px ${getComputedStyle(canvas).fontFamily}`;
  }

  /** Fits the canvas to a stage in CSS pixels. */
  resize(width: number, height: number, ratio: number): void {
    const brush = this.#brush;
    const scale = Math.min(2, ratio);
    this.#canvas.width = Math.max(1, Math.round(width * scale));
    this.#canvas.height = Math.max(1, Math.round(height * scale));
    brush.setTransform(scale, 0, 0, scale, 0, 0);
    brush.lineJoin = "round";
    brush.lineCap = "round";
    this.#canvas.style.width = `${width}px`;
    this.#canvas.style.height = `${height}px`;
  }

  /** Draws one frame. */
  draw(scene: Scene): void {
    clear(this.#brush);
    if (scene.ghost) this.#drawGhost(scene.ghost, scene.layout);
    this.#drawTable(scene);
  }

  #drawTable({ layout, pieces, slots, hovered, chosen, time }: Scene): void {
    const pulse = chosen === null ? 0 : 0.5 + 0.5 * Math.sin(time * 4);
    slots.forEach((slot, at) => {
      const lit = hovered?.kind === "slot" && hovered.id === slot.id && chosen !== null;
      if (chosen === null && !lit) return;
      this.#trace(slot.ring, layout);
      this.#stroke(this.#palette.accent, lit ? 3.5 : 2, lit ? 1 : 0.45 + 0.35 * pulse);
      if (lit) this.#fill(this.#palette.accent, 0.22);
      this.#label(String(at + 1), toStage(layout, slot.centre));
    });
    for (const piece of pieces) {
      const isChosen = piece.id === chosen;
      const lit = hovered?.kind === "piece" && hovered.id === piece.id;
      if (!isChosen && !lit) continue;
      this.#trace(piece.outline, layout);
      this.#stroke(this.#palette.ground, 5, 0.55);
      this.#stroke(isChosen ? this.#palette.accent : this.#palette.quiet, isChosen ? 3 : 2, 1);
    }
  }

  #drawGhost(ghost: GhostDrawn, layout: Layout): void {
    this.#drawShape(ghost, layout);
    this.#drawWay(ghost, layout);
    this.#drawFoot(ghost, layout);
    if (ghost.arrived && ghost.tip) this.#drawTick(toStage(layout, ghost.tip));
  }

  #drawWay(ghost: GhostDrawn, layout: Layout): void {
    if (ghost.apart < 0.05 || ghost.way.length < 2) return;
    const strength = Math.min(1, ghost.apart * 2);
    this.#trace(ghost.way, layout, false);
    this.#stroke(this.#palette.ground, 6, 0.5 * strength);
    this.#brush.setLineDash([1, 7]);
    this.#stroke(this.#palette.accent, 4, strength);
    this.#brush.setLineDash([]);
    const end = ghost.way[ghost.way.length - 1];
    if (end) this.#drawRest(toStage(layout, end), strength);
  }

  /** A point where the tool will be at rest. */
  #drawRest([x, y]: Pixel, strength: number): void {
    this.#brush.beginPath();
    this.#brush.arc(x, y, REST_PX, 0, 2 * Math.PI);
    this.#stroke(this.#palette.ground, 3, strength);
    this.#fill(this.#palette.accent, strength);
  }

  /** A tick beside the tool: the arm has arrived. It leaves what is between the jaws free. */
  #drawTick([tipX, tipY]: Pixel): void {
    const brush = this.#brush;
    const [x, y] = [tipX + TICK_AT[0], tipY + TICK_AT[1]];
    brush.beginPath();
    brush.arc(x, y, TICK_PX, 0, 2 * Math.PI);
    this.#stroke(this.#palette.ground, 4, 0.8);
    this.#fill(this.#palette.accent, 1);
    brush.beginPath();
    brush.moveTo(x - 0.45 * TICK_PX, y + 0.05 * TICK_PX);
    brush.lineTo(x - 0.1 * TICK_PX, y + 0.4 * TICK_PX);
    brush.lineTo(x + 0.5 * TICK_PX, y - 0.35 * TICK_PX);
    this.#stroke(this.#palette.ground, 2.5, 1);
  }

  #drawFoot({ tip, foot, footRing, driving }: GhostDrawn, layout: Layout): void {
    if (!tip || !foot) return;
    const strength = driving ? 0.85 : 0.4;
    this.#trace([tip, foot], layout, false);
    this.#stroke(this.#palette.ground, 3.5, 0.5 * strength);
    this.#stroke(this.#palette.accent, 1.5, 0.75 * strength);
    this.#trace(footRing, layout);
    this.#stroke(this.#palette.ground, 4, 0.5 * strength);
    this.#stroke(this.#palette.accent, 2, strength);
    this.#fill(this.#palette.accent, 0.14 * strength);
  }

  /**
   * Joins the parts into one shape with one edge. It comes first, on a canvas where nothing else is yet: so the inside
   * of the edge can be taken out again, and no second canvas has to be copied sixty times a second.
   */
  #drawShape({ outlines, apart, driving }: GhostDrawn, layout: Layout): void {
    const brush = this.#brush;
    const shape = new Path2D();
    for (const outline of outlines) addTo(shape, clockwise(outline), layout, true);
    const strength = Math.min(1, (driving ? 0.3 : 0.12) + 0.62 * apart);
    brush.strokeStyle = brush.fillStyle = this.#palette.accent;
    brush.lineWidth = 2 * Math.max(2, 1.6 * Math.sqrt(layout.scale));
    brush.globalAlpha = strength;
    brush.stroke(shape);
    brush.globalAlpha = 1;
    brush.globalCompositeOperation = "destination-out";
    brush.fill(shape);
    brush.globalAlpha = INSIDE * strength;
    brush.globalCompositeOperation = "destination-over";
    brush.fill(shape);
    brush.globalAlpha = 1;
    brush.globalCompositeOperation = "source-over";
  }

  #trace(points: readonly Pixel[], layout: Layout, closed = true): void {
    this.#brush.beginPath();
    addTo(this.#brush, points, layout, closed);
  }

  /** The number by which the digit keys know a slot. */
  #label(text: string, [x, y]: Pixel): void {
    const brush = this.#brush;
    brush.font = this.#font;
    brush.textAlign = "center";
    brush.textBaseline = "middle";
    brush.lineWidth = 4;
    brush.strokeStyle = this.#palette.ground;
    brush.strokeText(text, x, y);
    brush.fillStyle = this.#palette.quiet;
    brush.fillText(text, x, y);
  }

  #stroke(colour: string, width: number, alpha: number): void {
    this.#brush.globalAlpha = alpha;
    this.#brush.strokeStyle = colour;
    this.#brush.lineWidth = width;
    this.#brush.stroke();
    this.#brush.globalAlpha = 1;
  }

  #fill(colour: string, alpha: number): void {
    this.#brush.globalAlpha = alpha;
    this.#brush.fillStyle = colour;
    this.#brush.fill();
    this.#brush.globalAlpha = 1;
  }
}

function brushOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const brush = canvas.getContext("2d");
  if (brush === null) throw new Error("this browser cannot draw");
  return brush;
}

function clear(brush: CanvasRenderingContext2D): void {
  brush.save();
  brush.setTransform(1, 0, 0, 1, 0, 0);
  brush.globalCompositeOperation = "source-over";
  brush.clearRect(0, 0, brush.canvas.width, brush.canvas.height);
  brush.restore();
}

function addTo(path: CanvasPath, points: readonly Pixel[], layout: Layout, closed: boolean): void {
  points.forEach((point, at) => {
    const [x, y] = toStage(layout, point);
    if (at === 0) path.moveTo(x, y);
    else path.lineTo(x, y);
  });
  if (closed) path.closePath();
}

/** The outline in one sense of rotation, whichever it had. */
function clockwise(outline: Outline): Outline {
  const area = outline.reduce((sum, [x, y], at) => {
    const [nx, ny] = outline[(at + 1) % outline.length] ?? [x, y];
    return sum + x * ny - nx * y;
  }, 0);
  return area < 0 ? [...outline].reverse() : outline;
}
