/** The browser's input devices: keyboard, gamepad and touch, read once for each frame. */

import { choosePad, newlyPressed, type PadButtons, readPad } from "./gamepad";
import { actOf, isAxisKey, type KeyAct, numberOf, stickOf } from "./keys";
import type { Loss } from "./run";
import { firstMoving, NEUTRAL, type Stick } from "./stick";
import { AT_REST, type Thumb } from "./thumbstick";

/** What the page hears of at once, outside of frames. */
export interface HandsListener {
  act(act: KeyAct): void;
  /** A digit key, 1 to 9: pieces and slots by their number. */
  number(number: number): void;
  lost(why: Loss & ("focus" | "hidden" | "gamepad")): void;
}

/** Touch controls, as their buttons and sticks leave them. */
export interface Touch {
  readonly left: Thumb;
  readonly right: Thumb;
  readonly tilt: number;
  readonly fine: boolean;
}

export const NO_TOUCH: Touch = { left: AT_REST, right: AT_REST, tilt: 0, fine: false };

/** Left thumb: on the table. Right thumb: height and turn. */
export function touchStick(touch: Touch): Stick {
  const { left, right, tilt, fine } = touch;
  const moving = left.x || left.y || right.x || right.y || tilt;
  if (!moving) return NEUTRAL;
  return { right: left.x, away: left.y, up: right.y, pitch: tilt, roll: right.x, fine, device: "touch" };
}

/** See the module's text. `listen` once; the answer stops listening. */
export class Hands {
  readonly #listener: HandsListener;
  readonly #down = new Set<string>();
  #pad: { readonly id: string; readonly buttons: PadButtons } | null = null;
  /** Set by the touch controls. */
  touch: Touch = NO_TOUCH;

  constructor(listener: HandsListener) {
    this.#listener = listener;
  }

  /** The name of the gamepad in use, if any. */
  get gamepad(): string | null {
    return this.#pad?.id ?? null;
  }

  /** Starts to listen. */
  listen(): () => void {
    const stopping = new AbortController();
    const { signal } = stopping;
    addEventListener("keydown", (event) => this.#keyDown(event), { signal });
    addEventListener("keyup", (event) => this.#down.delete(event.code), { signal });
    addEventListener("blur", () => this.#away("focus"), { signal });
    document.addEventListener("visibilitychange", () => document.hidden && this.#away("hidden"), { signal });
    return () => stopping.abort();
  }

  /** The stick of this frame; acts of gamepad buttons go to the listener. */
  read(): Stick {
    const pad = this.#readPad();
    return firstMoving([stickOf(this.#down), pad, touchStick(this.touch)]);
  }

  #keyDown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (isAxisKey(event.code) || event.code.startsWith("Shift")) {
      this.#down.add(event.code);
      if (event.code.startsWith("Arrow")) event.preventDefault();
      return;
    }
    const number = numberOf(event.code);
    if (number !== null && !event.repeat) this.#listener.number(number);
    const act = actOf(event.code);
    if (act === null || event.repeat || (isPressing(act) && onControl(event.target))) return;
    event.preventDefault();
    this.#listener.act(act);
  }

  #away(why: "focus" | "hidden"): void {
    this.#down.clear();
    this.touch = NO_TOUCH;
    this.#listener.lost(why);
  }

  #readPad(): Stick {
    const reading = choosePad(navigator.getGamepads());
    if (reading === null) {
      if (this.#pad !== null) this.#listener.lost("gamepad");
      this.#pad = null;
      return NEUTRAL;
    }
    const pad = readPad(reading);
    const now = newlyPressed(this.#pad?.buttons ?? pad.buttons, pad.buttons);
    this.#pad = { id: reading.id, buttons: pad.buttons };
    if (now.stop) this.#listener.act("stop_motion");
    if (now.go) this.#listener.act("go");
    if (now.gripper) this.#listener.act("gripper");
    if (now.swapCameras) this.#listener.act("swap_cameras");
    return pad.stick;
  }
}

/** Enter and Space belong to a button that has the focus. */
const isPressing = (act: KeyAct): boolean => act === "go" || act === "gripper";

function onControl(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("button, a, summary, [role=button]") !== null;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable=true]") !== null;
}
