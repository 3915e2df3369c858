/** Two sticks and a few buttons for fingers. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { NO_TOUCH, type Touch } from "../input/hands";
import { AT_REST, type Thumb, thumbAt } from "../input/thumbstick";
import type { PlaySession } from "./session";
import { t } from "./words";

type PointerEventOn<E extends Element> = PointerEvent & { readonly currentTarget: E };

/** One stick; it follows the finger that came down on it until that finger leaves. */
function Stick({ label, marks, onThumb }: { label: string; marks: readonly string[]; onThumb: (thumb: Thumb) => void }): JSX.Element {
  const thumb = useSignal(AT_REST);
  const held = useSignal<{ id: number; x: number; y: number } | null>(null);
  const set = (next: Thumb): void => {
    thumb.value = next;
    onThumb(next);
  };
  const down = (event: PointerEventOn<HTMLElement>): void => {
    if (held.value !== null) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const box = event.currentTarget.getBoundingClientRect();
    held.value = { id: event.pointerId, x: box.left + box.width / 2, y: box.top + box.height / 2 };
    move(event);
  };
  const move = (event: PointerEventOn<HTMLElement>): void => {
    if (held.value?.id !== event.pointerId) return;
    const radius = event.currentTarget.clientWidth / 2;
    set(thumbAt(event.clientX - held.value.x, event.clientY - held.value.y, radius));
  };
  const up = (event: PointerEventOn<HTMLElement>): void => {
    if (held.value?.id !== event.pointerId) return;
    held.value = null;
    set(AT_REST);
  };
  const { dx, dy } = thumb.value;
  return (
    <div
      class={held.value ? "stick stick--held" : "stick"}
      role="application"
      aria-label={label}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={up}
      onContextMenu={(event) => event.preventDefault()}
    >
      {marks.map((mark, at) => (
        <span key={at} class={`stick__mark stick__mark--${at}`} aria-hidden="true">
          {mark}
        </span>
      ))}
      <span class="stick__knob" style={{ transform: `translate(${dx}px, ${dy}px)` }} />
    </div>
  );
}

/** A button that acts while it is held. */
function Held({ label, children, onHeld }: { label: string; children: string; onHeld: (held: boolean) => void }): JSX.Element {
  return (
    <button
      type="button"
      class="pad__button"
      aria-label={label}
      onPointerDown={() => onHeld(true)}
      onPointerUp={() => onHeld(false)}
      onPointerLeave={() => onHeld(false)}
      onPointerCancel={() => onHeld(false)}
      onContextMenu={(event) => event.preventDefault()}
    >
      {children}
    </button>
  );
}

/** The touch controls of a session. */
export function TouchPads({ session }: { session: PlaySession }): JSX.Element {
  const fine = useSignal(false);
  const change = (part: Partial<Touch>): void => {
    session.hands.touch = { ...session.hands.touch, ...part };
  };
  useEffect(() => () => change(NO_TOUCH), []);
  const open = session.figures.value?.gripperOpen ?? false;
  return (
    <div class="pads">
      <Stick label={t("touchMove")} marks={["↑", "→", "↓", "←"]} onThumb={(left) => change({ left })} />
      <div class="pad">
        <button type="button" class={open ? "pad__grip pad__grip--open" : "pad__grip"} aria-pressed={open} onClick={() => session.act("gripper")}>
          <GripIcon open={open} />
          <span>{t("gripper")}</span>
        </button>
        <div class="pad__row">
          <Held label={t("tiltUp")} onHeld={(held) => change({ tilt: held ? 1 : 0 })}>
            ⤴
          </Held>
          <Held label={t("tiltDown")} onHeld={(held) => change({ tilt: held ? -1 : 0 })}>
            ⤵
          </Held>
          <button
            type="button"
            class={fine.value ? "pad__button pad__button--on" : "pad__button"}
            aria-pressed={fine.value}
            onClick={() => {
              fine.value = !fine.value;
              change({ fine: fine.value });
            }}
          >
            {t("fine")}
          </button>
        </div>
      </div>
      <Stick label={t("touchHeight")} marks={["⤒", "↻", "⤓", "↺"]} onThumb={(right) => change({ right })} />
    </div>
  );
}

/** Two fingers, apart or together. */
export function GripIcon({ open }: { open: boolean }): JSX.Element {
  const gap = open ? 7 : 2.5;
  return (
    <svg class="grip" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M12 2v5" />
      <path d={`M${12 - gap} 21v-9q0-5 ${gap}-5`} />
      <path d={`M${12 + gap} 21v-9q0-5 -${gap}-5`} />
    </svg>
  );
}
