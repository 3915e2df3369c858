/**
 * `window.__armcade`: what the play page knows, for browser tests and measurements; reading changes nothing.
 *
 * `window.__armcade.snapshot()` answers a `Snapshot`; its parts are copies. `window.__armcade.pixelOf([x, y, z])`
 * (metres in the arm's base frame) answers where to click. The hook is there while a play page is open.
 */

import type { Pixel } from "../predict/camera";
import { forward } from "../predict/inverse";
import type { Vec3 } from "../predict/space";
import type { Phase } from "./turn";
import type { Cause, Mode, PieceSeen, PoseTarget, SeenFrame } from "../wire";
import type { Loss } from "../input/run";
import type { LinkCause, LinkQuality } from "../link/quality";
import { shownPose, withJaws } from "./scene";
import type { PlaySession } from "./session";

/** One reading of the page; poses in metres and radians in the arm's base frame. */
export interface Snapshot {
  readonly turnId: string;
  readonly phase: Phase;
  readonly mode: Mode | null;
  readonly cause: Cause | null;
  readonly stopId: string | null;
  readonly running: boolean;
  readonly loss: Loss;
  /** True while the ghost follows the arm instead of the player's hands. */
  readonly following: boolean;
  readonly ghostPose: PoseTarget | null;
  /** Where the ghost is drawn: at the player's pose, or where the arm will rest when it cannot come there. */
  readonly drawnPose: PoseTarget | null;
  /** Where the arm is taken to be by now; null while the ghost follows it. */
  readonly foreseenPose: PoseTarget | null;
  /** Whether the ghost bears the mark that the arm stands there. */
  readonly arrived: boolean;
  /** How often the ghost has left the arm: one more after each hold. */
  readonly begun: number;
  readonly appliedPose: PoseTarget | null;
  readonly measuredPose: PoseTarget | null;
  readonly sentSequence: number;
  readonly appliedSequence: number | null;
  readonly moveId: number | null;
  /** The move that the last news spoke of, and the news. */
  readonly toldMoveId: number | null;
  readonly moveStatus: string | null;
  readonly seen: SeenFrame | null;
  readonly mainCamera: string | null;
  readonly pieces: readonly PieceSeen[];
  readonly filled: number | null;
  readonly wanted: number | null;
  readonly moves: number | null;
  readonly solved: boolean | null;
  readonly connection: {
    readonly status: string;
    readonly quality: LinkQuality | null;
    readonly because: LinkCause | null;
    /** The share that is lost. */
    readonly loss: number | null;
    /** How old the large picture is. */
    readonly pictureMs: number | null;
    readonly roundTripMs: number | null;
    readonly offsetMs: number | null;
    /** The bound of the offset's error. */
    readonly offsetErrorMs: number | null;
    readonly driftPpm: number | null;
    readonly clockRestarts: number;
    readonly silenceMs: number | null;
    readonly undecodable: number;
    readonly flaw: string;
  };
  /** Where the large picture lies on the page: page pixel = offset + scale * picture pixel (CSS pixels). */
  readonly picture: { readonly left: number; readonly top: number; readonly scale: number };
}

/** The hook; `pixelOf` answers where on the page (CSS pixels) a point of the table shows in the large picture. */
export interface Hook {
  readonly snapshot: () => Snapshot;
  /** Milliseconds from capture to presentation of the large picture's last frames (at most 1200), oldest first. */
  readonly captureToPaintMs: () => readonly number[];
  readonly pixelOf: (point: Vec3) => Pixel | null;
  /** How far (mm) the arm's latest reports (at most 1200) were from what had been foreseen of them, oldest first. */
  readonly missedMm: () => readonly number[];
}

declare global {
  interface Window {
    __armcade?: Hook;
  }
}

/** Puts the hook in place; the answer takes it away. */
export function installHook(session: PlaySession): () => void {
  const hook: Hook = Object.freeze({
    snapshot: () => snapshotOf(session),
    captureToPaintMs: () => [...session.pictures.ages],
    missedMm: () => (session.foresight?.missed ?? []).map((metres) => metres * 1000),
    pixelOf: (point: Vec3) => session.stage.pixelOf(point, session),
  });
  window.__armcade = hook;
  return () => {
    if (window.__armcade === hook) delete window.__armcade;
  };
}

function snapshotOf(session: PlaySession): Snapshot {
  const { state, drive, turn, run, pictures, stage } = session;
  const { referee, move, over } = turn.value;
  const { left, top, scale } = stage.layout.value;
  return structuredClone<Snapshot>({
    turnId: session.granted.turn_id,
    phase: session.phase.value,
    mode: state?.mode ?? null,
    cause: state?.cause ?? null,
    stopId: state?.stop_id ?? null,
    running: run.value.running,
    loss: run.value.loss,
    following: drive.following,
    ghostPose: drive.ghost?.pose ?? null,
    drawnPose: drive.ghost ? withJaws(shownPose(drive.ghost.pose, session.foresight?.rest ?? null), session.foresight?.joints ?? null) : null,
    foreseenPose: session.foresight?.joints ? forward(session.foresight.joints) : null,
    arrived: session.foresight?.arrived ?? false,
    begun: session.foresight?.begun ?? 0,
    appliedPose: state?.applied_pose ?? null,
    measuredPose: state?.measured_pose ?? null,
    sentSequence: session.sequence,
    appliedSequence: state?.applied_sequence ?? null,
    moveId: state?.move_id ?? null,
    toldMoveId: move?.move_id ?? null,
    moveStatus: move?.status ?? null,
    seen: pictures.seen(performance.now()),
    mainCamera: pictures.main.value,
    pieces: referee?.pieces ?? [],
    filled: referee?.filled ?? null,
    wanted: referee?.wanted ?? null,
    moves: referee?.moves ?? null,
    solved: over?.solved ?? null,
    connection: connectionOf(session),
    picture: { left, top, scale },
  });
}

function connectionOf(session: PlaySession): Snapshot["connection"] {
  const { link, figures } = session;
  const { clock, drift } = link;
  return {
    status: link.status.value.kind,
    quality: figures.value?.connection.quality ?? null,
    because: figures.value?.connection.because ?? null,
    loss: figures.value?.loss ?? null,
    pictureMs: figures.value?.pictureMs ?? null,
    roundTripMs: clock ? clock.roundTrip / 1000 : null,
    offsetMs: clock ? clock.offset / 1000 : null,
    offsetErrorMs: clock ? clock.error / 1000 : null,
    driftPpm: drift?.ppm ?? null,
    clockRestarts: link.clockRestarts,
    silenceMs: session.silence(performance.now()),
    undecodable: link.undecodable,
    flaw: link.flaw,
  };
}
