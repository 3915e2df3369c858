/** One episode's annotation on the page: what is edited, what is saved, and the way between. */
import { computed, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { Annotations, SaveAnnotation, SavedRevision, Segment } from "../../../wire";
import { opened, step, type Action, type Editing } from "./editing";

/** The newest saved state; null while nothing is saved. */
export function newestOf(known: Annotations): SavedRevision | null {
  return known.revisions.at(-1) ?? null;
}

function savedOrProposed(known: Annotations): readonly Segment[] {
  return newestOf(known)?.segments ?? known.proposal;
}

function same(one: readonly Segment[], other: readonly Segment[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The page's state; `save` is what the hub is asked, and its answer comes back through `adopt`. */
export class Work {
  readonly #known: Signal<Annotations>;
  readonly #editing: Signal<Editing>;
  readonly #blind = signal(false);

  readonly known: ReadonlySignal<Annotations>;
  readonly editing: ReadonlySignal<Editing>;
  readonly blind: ReadonlySignal<boolean> = this.#blind;
  /** True while the page differs from what is saved, or from the proposal before anything is. */
  readonly changed: ReadonlySignal<boolean>;
  /** True when the newest saved state is another person's, and so may be reviewed. */
  readonly reviewable: ReadonlySignal<boolean>;

  constructor(known: Annotations) {
    this.#known = signal(known);
    this.#editing = signal(opened(savedOrProposed(known)));
    this.known = this.#known;
    this.editing = this.#editing;
    this.changed = computed(() => !same(this.#editing.value.segments, savedOrProposed(this.#known.value)));
    this.reviewable = computed(() => newestOf(this.#known.value)?.mine === false);
  }

  /** Shows what the hub has; edits that were not saved are gone. */
  adopt(known: Annotations): void {
    this.#known.value = known;
    this.#blind.value = false;
    const segments = savedOrProposed(known);
    const chosen = Math.min(this.#editing.value.chosen, segments.length - 1);
    this.#editing.value = { ...opened(segments), chosen };
  }

  /** Learns of what others saved meanwhile, and keeps the edits of this page. */
  learn(known: Annotations): void {
    this.#known.value = known;
  }

  /** Shows other segments, as an edit that can be undone. */
  show(segments: readonly Segment[]): void {
    const before = this.#editing.value;
    if (same(before.segments, segments)) return;
    this.#editing.value = { ...opened(segments), past: [...before.past, before.segments] };
  }

  /** Begins a review from the proposal. */
  reviewBlind(): void {
    this.#blind.value = true;
    this.#editing.value = opened(this.#known.value.proposal);
  }

  act(action: Action): void {
    this.#editing.value = step(this.#editing.value, action, this.#known.value, this.#known.value.frames_ns);
  }

  /** What to ask the hub for; `review` says that it is a second person's word on the newest state. */
  wish(review: boolean): SaveAnnotation {
    const known = this.#known.value;
    const fresh = this.#blind.value || known.revisions.length === 0;
    return {
      based_on: known.revisions.length,
      review,
      begun_from: fresh ? "proposal" : "revision",
      proposal_version: known.proposal_version,
      segments: this.#editing.value.segments,
    };
  }
}
