/** The stage: where the large picture lies, what the pointer is on, and the drawing over it. */

import { signal } from "@preact/signals";
import { type Pixel, project } from "../predict/camera";
import { type Layout, layOut, toPicture, toStage } from "../predict/layout";
import type { Vec3 } from "../predict/space";
import type { CameraCalibration } from "../wire";
import { Overlay } from "./overlay";
import { cameraView, drawnGhost } from "./scene";
import type { PlaySession } from "./session";
import { clickOn, drawnPieces, drawnSlots, type PieceDrawn, type SlotDrawn, type Target, targetAt } from "./table";

/** A finger or pointer this near (CSS pixels) to the middle of a thing is on it. */
const SLACK_PX = 26;
const NO_LAYOUT: Layout = { left: 0, top: 0, width: 0, height: 0, scale: 1 };
const NO_PICTURE = { width: 640, height: 480 };

/** See the module's text. */
export class Stage {
  readonly layout = signal<Layout>(NO_LAYOUT);
  /** The piece that was clicked and waits for a slot. */
  readonly chosen = signal<string | null>(null);
  readonly hovered = signal<Target>(null);
  #overlay: Overlay | null = null;
  #element: HTMLElement | null = null;
  #size = { width: 0, height: 0 };
  #picture = NO_PICTURE;
  #pieces: readonly PieceDrawn[] = [];
  #slots: readonly SlotDrawn[] = [];
  #pointer: Pixel | null = null;
  readonly #still = matchMedia("(prefers-reduced-motion: reduce)");

  /** Takes the elements to draw on; the answer lets go of them. */
  attach(stage: HTMLElement, canvas: HTMLCanvasElement): () => void {
    const style = getComputedStyle(stage);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    const palette = { accent: colour("--accent"), quiet: colour("--text"), ground: colour("--ground-deep") };
    const overlay = new Overlay(canvas, palette);
    this.#overlay = overlay;
    this.#element = stage;
    const sizes = new ResizeObserver(() => {
      this.#size = { width: stage.clientWidth, height: stage.clientHeight };
      overlay.resize(this.#size.width, this.#size.height, devicePixelRatio);
      this.#arrange();
    });
    sizes.observe(stage);
    return () => {
      sizes.disconnect();
      this.#overlay = null;
      this.#element = null;
    };
  }

  /** Chooses a piece, or none. */
  choose(piece: string | null): void {
    this.chosen.value = piece;
  }

  /** The pointer is here (CSS pixels on the stage), or gone. */
  point(at: Pixel | null): void {
    this.#pointer = at;
  }

  /** A click here (CSS pixels on the stage). */
  click(at: Pixel, session: PlaySession): void {
    const target = this.#under(at);
    const click = clickOn(target, this.chosen.value, this.#pieces);
    this.chosen.value = click.kind === "choose" ? click.piece : null;
    if (click.kind === "move") session.movePiece(click.piece, click.slot);
  }

  /** Draws one frame. */
  draw(session: PlaySession): void {
    const calibration = this.#calibration(session);
    if (!this.#overlay || !calibration) return;
    if (calibration.width !== this.#picture.width || calibration.height !== this.#picture.height) {
      this.#picture = calibration;
      this.#arrange();
    }
    const { welcome, referee } = session.turn.value;
    const { state, drive, foresight } = session;
    const view = cameraView(calibration, state);
    const infos = welcome?.puzzle?.pieces ?? [];
    const seen = referee?.pieces ?? [];
    this.#pieces = drawnPieces(calibration, view, infos, seen);
    this.#slots = drawnSlots(calibration, view, welcome?.puzzle?.slots ?? []);
    const target = this.#pointer && session.run.value.running ? this.#under(this.#pointer) : null;
    if (!same(target, this.hovered.value)) this.hovered.value = target;
    const limits = welcome?.joints ?? [];
    this.#overlay.draw({
      layout: this.layout.value,
      ghost: state ? drawnGhost({ calibration, view, limits, drive, state, foresight, pieces: seen, infos }) : null,
      pieces: this.#pieces,
      slots: this.#slots,
      hovered: target,
      chosen: this.chosen.value,
      time: this.#still.matches ? 0 : performance.now() / 1000,
    });
  }

  /** Where on the page (CSS pixels) the large picture shows a point; null when it does not. */
  pixelOf(point: Vec3, session: PlaySession): Pixel | null {
    const calibration = this.#calibration(session);
    if (!calibration || !this.#element) return null;
    const seen = project(calibration, cameraView(calibration, session.state), point);
    if (!seen) return null;
    const [x, y] = toStage(this.layout.value, seen.at);
    const box = this.#element.getBoundingClientRect();
    return [box.left + x, box.top + y];
  }

  #calibration(session: PlaySession): CameraCalibration | null {
    return session.cameras.value.find((one) => one.camera === session.pictures.main.value) ?? null;
  }

  #arrange(): void {
    this.layout.value = layOut(this.#picture, this.#size);
  }

  #under(at: Pixel): Target {
    const layout = this.layout.value;
    return targetAt(this.#pieces, this.#slots, toPicture(layout, at), SLACK_PX / layout.scale);
  }
}

const same = (a: Target, b: Target): boolean => a?.kind === b?.kind && a?.id === b?.id;
