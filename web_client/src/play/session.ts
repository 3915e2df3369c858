/**
 * One turn in the page: hands, link, ghost and picture, brought together sixty times a second.
 *
 * The rules are in the pure modules beside this one; here is only when they are asked and where answers go.
 */

import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { Hands } from "../input/hands";
import type { KeyAct } from "../input/keys";
import { type Loss, NOT_STARTED, type Run, type RunEvent, stepRun } from "../input/run";
import type { Stick } from "../input/stick";
import { CellLink } from "../link/cell_link";
import { viewAxes } from "../predict/camera";
import type { ArmBounds } from "../predict/aim";
import type { Bounds } from "../predict/ghost";
import { rollSpan } from "../predict/inverse";
import { reachOf } from "../predict/reach";
import type { CameraCalibration, EventOut, Pong, State, TurnGranted } from "../wire";
import { type Drive, hearArm, IDLE, stepDrive } from "./drive";
import { controlOf } from "./message";
import { type Figures, figuresOf } from "./figures";
import { Foresight } from "./foresight";
import { Pictures } from "./pictures";
import { type Restraint, type Restraints, stepRestraints, UNRESTRAINED } from "./restraint";
import { type Blindness, blindness } from "./sight";
import { Stage } from "./stage";
import { begin, hear, phaseOf, type Turn, UNTOLD } from "./turn";
import { tellsPictures } from "./watching";

const SEND_EVERY_MS = 15;
const FIGURES_EVERY_MS = 120;
const LINK_LOST_MS = 1_500;
/** While the ghost only follows the arm, the drawing need not be quicker than the picture. */
const CALM_DRAWING_MS = 30;
/** A limit counts as acting from one state to the next for no longer than this. */
const LONGEST_STATE_GAP_S = 0.1;
/** Frames stop on a busy or half-hidden page; messages then go out by this slower clock. */
const SPARE_CLOCK_MS = 25;

/** See the module's text. */
export class PlaySession {
  readonly granted: TurnGranted;
  readonly link: CellLink;
  readonly hands: Hands;
  readonly pictures = new Pictures();
  readonly stage = new Stage();
  readonly turn = signal<Turn>(UNTOLD);
  readonly run = signal<Run>(NOT_STARTED);
  readonly figures = signal<Figures | null>(null);
  readonly helpShown = signal(true);
  readonly stopUnsent = signal(false);
  readonly phase = computed(() => phaseOf(this.turn.value));
  readonly cameras: ReadonlySignal<readonly CameraCalibration[]> = computed(() => ordered(this.turn.value));
  #state: State | null = null;
  #stateAt = 0;
  #restraints: Restraints = UNRESTRAINED;
  #drive: Drive = IDLE;
  #bounds: Bounds | null = null;
  #foresight: Foresight | null = null;
  #stick: Stick | null = null;
  #toggleGripper = false;
  #blind: Blindness | null = null;
  readonly #tells = tellsPictures();
  #sequence = Date.now(); // beyond any number that this turn used before the page was loaded anew
  #moves = 0;
  #frameAt = 0;
  #drawnAt = 0;
  #sentAt = 0;
  #figuresAt = 0;
  #stopping: (() => void)[] = [];

  constructor(granted: TurnGranted) {
    this.granted = granted;
    this.hands = new Hands({ act: (act) => this.act(act), number: (number) => this.#pick(number), lost: (why) => this.lose(why) });
    this.link = new CellLink(
      { cellId: granted.cell_id, ticket: granted.ticket },
      { state: (state, at) => this.#onState(state, at), event: (event) => this.#onEvent(event), pong: (pong) => this.#onPong(pong) },
    );
  }

  get state(): State | null {
    return this.#state;
  }

  /** The limit that has held the arm back for a while. */
  get restraint(): Restraint | null {
    return this.#restraints.told;
  }

  get drive(): Drive {
    return this.#drive;
  }

  get sequence(): number {
    return this.#sequence;
  }

  /** Starts to listen, to connect and to run frames. */
  start(): void {
    const spare = setInterval(() => performance.now() - this.#frameAt > SPARE_CLOCK_MS && this.#frame(performance.now()), SPARE_CLOCK_MS);
    let handle = 0;
    const each = (): void => {
      const at = performance.now();
      this.pictures.refreshed();
      this.#frame(at);
      if (!this.#drive.following || at - this.#drawnAt > CALM_DRAWING_MS) {
        this.#drawnAt = at;
        this.stage.draw(this);
      }
      handle = requestAnimationFrame(each);
    };
    handle = requestAnimationFrame(each);
    this.#stopping.push(this.hands.listen(), () => clearInterval(spare), () => cancelAnimationFrame(handle));
    this.link.start();
  }

  /** Ends everything; the arm holds. */
  close(): void {
    this.#stopping.forEach((stop) => stop());
    this.#stopping = [];
    this.pictures.close();
    this.link.close();
  }

  /** Does what a key, button or click asks for. */
  act(act: KeyAct): void {
    switch (act) {
      case "go":
        return this.go();
      case "stop_motion":
        return this.lose("player");
      case "gripper":
        this.#toggleGripper = true;
        return;
      case "swap_cameras":
        return this.pictures.swap(this.cameras.value.map((camera) => camera.camera));
      case "help":
        this.helpShown.value = !this.helpShown.value;
    }
  }

  /** Takes up hold-to-run, and asks for the turn to begin when it has not. */
  go(): void {
    if (this.phase.value === "connecting" || this.phase.value === "over") return;
    this.turn.value = begin(this.turn.value);
    this.#step({ kind: "go" });
  }

  /** Lets go of hold-to-run. */
  lose(why: Exclude<Loss, "not_started">): void {
    this.#step({ kind: "lost", why });
    this.stage.choose(null);
  }

  /** Stops the arm for good: only an operator can release it. */
  stop(): void {
    this.lose("player");
    const stopId = `player-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
    this.stopUnsent.value = !this.link.sendEvent({ type: "stop_pressed", version: 1, stop_id: stopId, reason: "player pressed Stop" });
  }

  /** Gives the turn back. */
  giveBack(): void {
    this.lose("over");
    this.link.sendEvent({ type: "end_turn", version: 1, lease_epoch: this.granted.lease_epoch });
  }

  /** By keys: first the number of a piece, then that of a slot. */
  #pick(number: number): void {
    const puzzle = this.turn.value.welcome?.puzzle;
    const chosen = this.stage.chosen.value;
    if (!puzzle || !this.run.value.running) return;
    if (chosen === null) {
      this.stage.choose(puzzle.pieces[number - 1]?.id ?? null);
      return;
    }
    const slot = puzzle.slots[number - 1];
    if (slot) this.movePiece(chosen, slot.id);
    this.stage.choose(null);
  }

  /** Asks the arm to bring a piece to a slot. */
  movePiece(piece: string, slot: string): void {
    if (this.phase.value !== "playing" || !this.run.value.running) return;
    this.#moves += 1;
    this.link.sendEvent({ type: "puzzle_move", version: 1, lease_epoch: this.granted.lease_epoch, move_id: this.#moves, piece, slot });
  }

  #step(event: RunEvent): void {
    const next = stepRun(this.run.value, event);
    if (next !== this.run.value) this.run.value = next;
  }

  #onState(state: State, at: number): void {
    const seconds = Math.min(LONGEST_STATE_GAP_S, (at - this.#stateAt) / 1000);
    this.#restraints = state.mode === "play" ? stepRestraints(this.#restraints, state.limits, state.speed_scale, seconds) : UNRESTRAINED;
    this.#state = state;
    this.#stateAt = at;
    this.#drive = hearArm(this.#drive, state);
    this.#foresight?.hear(state);
    this.#step({ kind: "arm", mode: state.mode, cause: state.cause });
  }

  #onEvent(event: EventOut): void {
    this.turn.value = hear(this.turn.value, event);
    if (event.type !== "welcome") return;
    const limits = event.joints;
    const arm: ArmBounds = { limits, workspace: event.workspace, keepOut: event.keep_out };
    this.#foresight = new Foresight(arm);
    const reach = reachOf(arm, () => this.#state?.applied_rad ?? []);
    this.#bounds = { workspace: event.workspace, reach, roll: rollSpan(limits) };
    this.pictures.choose(this.cameras.value[0]?.camera ?? null);
  }

  #onPong(pong: Pong): void {
    const cameras = this.turn.value.welcome?.track_order ?? [];
    this.pictures.learn(cameras, pong.rtp_origins, this.link.clock?.offset ?? null);
  }

  #frame(at: number): void {
    const seconds = this.#frameAt === 0 ? 0 : (at - this.#frameAt) / 1000;
    this.#frameAt = at;
    if (this.link.heardAt > 0 && at - this.link.heardAt > LINK_LOST_MS) this.#step({ kind: "lost", why: "link" });
    const stick = this.hands.read();
    this.#stick = stick;
    this.#blind = blindness({ pictureMs: this.pictures.quiet(at), stateMs: this.silence(at), tells: this.#tells });
    this.#advance(stick, seconds);
    this.#foresight?.lead(this.#drive, this.#sequence + 1, at / 1000);
    if (at - this.#sentAt >= SEND_EVERY_MS) this.#send(at, stick);
    if (at - this.#figuresAt < FIGURES_EVERY_MS) return;
    this.#figuresAt = at;
    this.figures.value = figuresOf(this, at);
  }

  #advance(stick: Stick, seconds: number): void {
    const [camera] = this.cameras.value;
    if (!this.#bounds || !camera) return;
    const setting = {
      playing: this.phase.value === "playing",
      run: this.run.value,
      sees: this.#blind === null,
      state: this.#state,
      axes: viewAxes(camera.rotation),
      bounds: this.#bounds,
      pressing: this.#foresight?.pressing ?? null,
    };
    this.#drive = stepDrive(this.#drive, { stick, toggleGripper: this.#toggleGripper, seconds }, setting);
    this.#toggleGripper = false;
  }

  #send(at: number, stick: Stick): void {
    const { welcome } = this.turn.value;
    if (!this.#state || !this.#drive.ghost || welcome?.lease_epoch == null || this.phase.value === "over") return;
    this.#sequence += 1;
    this.#sentAt = at;
    this.link.sendControl(
      controlOf({
        epoch: welcome.lease_epoch,
        sequence: this.#sequence,
        at,
        running: this.run.value.running && this.#blind === null,
        stick,
        drive: this.#drive,
        state: this.#state,
        seen: this.pictures.seen(at),
      }),
    );
  }

  /** Milliseconds since the newest arm state; null before the first. */
  silence(at: number): number | null {
    return this.#stateAt === 0 ? null : at - this.#stateAt;
  }

  /** What is foreseen of the arm; null before the cell has told of it. */
  get foresight(): Foresight | null {
    return this.#foresight;
  }

  /** What keeps the player from seeing the arm; null when all is seen. */
  get blind(): Blindness | null {
    return this.#blind;
  }

  /** What the hands ask for in the present frame. */
  get stick(): Stick | null {
    return this.#stick;
  }
}

/** Cameras with the one that stands still first: keys move as seen from there. */
function ordered(turn: Turn): readonly CameraCalibration[] {
  const all = turn.welcome?.cameras ?? [];
  return [...all.filter((camera) => camera.mount === "world"), ...all.filter((camera) => camera.mount !== "world")];
}
