/** Draws over the picture: the ghost and its way, its shadow on the table, pieces and slots under the pointer. */

import type { Pixel } from "../predict/camera";
import type { Layout } from "../predict/layout";
import { toStage } from "../predict/layout";
import { clamp } from "../predict/space";
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
  /** From the arm's tool to the ghost's. */
  readonly way: readonly Pixel[];
  readonly tip: Pixel | null;
  readonly foot: Pixel | null;
  readonly footRing: Outline;
}

/** A part of the stage, CSS pixels. */
interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The colours that a scene is drawn in. */
export interface Palette {
  readonly accent: string;
  readonly quiet: string;
  readonly ground: string;
}

/** The point of rest, CSS pixels. */
const REST_PX = 4;

/** A canvas for the scene and a hidden one on which the ghost's parts become one shape. */
export class Overlay {
  readonly #canvas: HTMLCanvasElement;
  readonly #brush: CanvasRenderingContext2D;
  readonly #shape: CanvasRenderingContext2D;
  readonly #palette: Palette;
  #ratio = 1;

  constructor(canvas: HTMLCanvasElement, palette: Palette) {
    this.#canvas = canvas;
    this.#palette = palette;
    this.#brush = brushOf(canvas);
    this.#shape = brushOf(document.createElement("canvas"));
  }

  /** Fits the canvas to a stage in CSS pixels. */
  resize(width: number, height: number, ratio: number): void {
    this.#ratio = Math.min(2, ratio);
    for (const brush of [this.#brush, this.#shape]) {
      brush.canvas.width = Math.max(1, Math.round(width * this.#ratio));
      brush.canvas.height = Math.max(1, Math.round(height * this.#ratio));
      brush.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0);
      brush.lineJoin = "round";
      brush.lineCap = "round";
    }
    this.#canvas.style.width = `${width}px`;
    this.#canvas.style.height = `${height}px`;
  }

  /** Draws one frame. */
  draw(scene: Scene): void {
    clear(this.#brush);
    this.#drawTable(scene);
    if (scene.ghost) this.#drawGhost(scene.ghost, scene.layout);
  }

  #drawTable({ layout, pieces, slots, hovered, chosen, time }: Scene): void {
    const pulse = chosen === null ? 0 : 0.5 + 0.5 * Math.sin(time * 4);
    slots.forEach((slot, at) => {
      const lit = hovered?.kind === "slot" && hovered.id === slot.id && chosen !== null;
      if (chosen === null && !lit) return;
      this.#trace(this.#brush, slot.ring, layout);
      this.#stroke(this.#palette.accent, lit ? 3.5 : 2, lit ? 1 : 0.45 + 0.35 * pulse);
      if (lit) this.#fill(this.#palette.accent, 0.22);
      this.#label(String(at + 1), toStage(layout, slot.centre));
    });
    for (const piece of pieces) {
      const isChosen = piece.id === chosen;
      const lit = hovered?.kind === "piece" && hovered.id === piece.id;
      if (!isChosen && !lit) continue;
      this.#trace(this.#brush, piece.outline, layout);
      this.#stroke(this.#palette.ground, 5, 0.55);
      this.#stroke(isChosen ? this.#palette.accent : this.#palette.quiet, isChosen ? 3 : 2, 1);
    }
  }

  #drawGhost(ghost: GhostDrawn, layout: Layout): void {
    this.#drawWay(ghost, layout);
    this.#drawFoot(ghost, layout);
    this.#drawShape(ghost, layout);
  }

  #drawWay(ghost: GhostDrawn, layout: Layout): void {
    if (ghost.apart < 0.05 || ghost.way.length < 2) return;
    const strength = Math.min(1, ghost.apart * 2);
    this.#trace(this.#brush, ghost.way, layout, false);
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

  #drawFoot({ tip, foot, footRing, driving }: GhostDrawn, layout: Layout): void {
    if (!tip || !foot) return;
    const strength = driving ? 0.85 : 0.4;
    this.#trace(this.#brush, [tip, foot], layout, false);
    this.#stroke(this.#palette.ground, 3.5, 0.5 * strength);
    this.#stroke(this.#palette.accent, 1.5, 0.75 * strength);
    this.#trace(this.#brush, footRing, layout);
    this.#stroke(this.#palette.ground, 4, 0.5 * strength);
    this.#stroke(this.#palette.accent, 2, strength);
    this.#fill(this.#palette.accent, 0.14 * strength);
  }

  /** Joins the parts into one shape with one edge, then lays it over the picture. */
  #drawShape({ outlines, apart, driving }: GhostDrawn, layout: Layout): void {
    const edge = Math.max(2, 1.6 * Math.sqrt(layout.scale));
    const box = this.#boxOf(outlines, layout, 2 * edge);
    if (box === null) return;
    const shape = this.#shape;
    shape.globalCompositeOperation = "source-over";
    shape.clearRect(box.x, box.y, box.width, box.height);
    shape.strokeStyle = shape.fillStyle = this.#palette.accent;
    shape.lineWidth = edge * 2;
    for (const outline of outlines) {
      this.#trace(shape, outline, layout);
      shape.stroke();
      shape.fill();
    }
    shape.globalCompositeOperation = "destination-out";
    for (const outline of outlines) {
      this.#trace(shape, outline, layout);
      shape.fill();
    }
    shape.globalCompositeOperation = "destination-over";
    shape.globalAlpha = 0.2;
    this.#fillOnce(shape, outlines, layout);
    shape.globalAlpha = 1;
    this.#lay(box, (driving ? 0.3 : 0.12) + 0.62 * apart);
  }

  /** Only the part that holds the shape is copied: a whole screen sixty times a second is too much for small machines. */
  #lay({ x, y, width, height }: Box, alpha: number): void {
    const ratio = this.#ratio;
    this.#brush.globalAlpha = Math.min(1, alpha);
    this.#brush.drawImage(this.#shape.canvas, x * ratio, y * ratio, width * ratio, height * ratio, x, y, width, height);
    this.#brush.globalAlpha = 1;
  }

  /** The part of the stage that the outlines touch, on whole pixels; null when that is none. */
  #boxOf(outlines: readonly Outline[], layout: Layout, margin: number): Box | null {
    const points = outlines.flat().map((point) => toStage(layout, point));
    const { width, height } = this.#shape.canvas;
    const [right, bottom] = [width / this.#ratio, height / this.#ratio];
    const x = clamp(Math.floor(Math.min(...points.map((at) => at[0])) - margin), 0, right);
    const y = clamp(Math.floor(Math.min(...points.map((at) => at[1])) - margin), 0, bottom);
    const toX = clamp(Math.ceil(Math.max(...points.map((at) => at[0])) + margin), 0, right);
    const toY = clamp(Math.ceil(Math.max(...points.map((at) => at[1])) + margin), 0, bottom);
    return toX - x >= 1 && toY - y >= 1 ? { x, y, width: toX - x, height: toY - y } : null;
  }

  /** One path for all parts, so that overlaps are not filled twice. */
  #fillOnce(brush: CanvasRenderingContext2D, outlines: readonly Outline[], layout: Layout): void {
    brush.beginPath();
    for (const outline of outlines) addTo(brush, clockwise(outline), layout, true);
    brush.fill("nonzero");
  }

  #trace(brush: CanvasRenderingContext2D, points: readonly Pixel[], layout: Layout, closed = true): void {
    brush.beginPath();
    addTo(brush, points, layout, closed);
  }

  /** The number by which the digit keys know a slot. */
  #label(text: string, [x, y]: Pixel): void {
    const brush = this.#brush;
    brush.font = `700 16px ${getComputedStyle(this.#canvas).fontFamily}`;
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

function addTo(brush: CanvasRenderingContext2D, points: readonly Pixel[], layout: Layout, closed: boolean): void {
  points.forEach((point, at) => {
    const [x, y] = toStage(layout, point);
    if (at === 0) brush.moveTo(x, y);
    else brush.lineTo(x, y);
  });
  if (closed) brush.closePath();
}

/** The outline in one sense of rotation, whichever it had. */
function clockwise(outline: Outline): Outline {
  const area = outline.reduce((sum, [x, y], at) => {
    const [nx, ny] = outline[(at + 1) % outline.length] ?? [x, y];
    return sum + x * ny - nx * y;
  }, 0);
  return area < 0 ? [...outline].reverse() : outline;
}
