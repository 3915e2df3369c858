/** Editing an episode's segments: a state, actions, and what each makes of it; nothing of the browser in here. */
import type { Bilingual, Label, LabelInfo, Prompt, Segment, Thing } from "../../../wire";

/** No segment gets shorter than this. */
export const SHORTEST_NS = 20_000_000;
const MOST_STEPS_BACK = 200;

/** What labels, pieces and slots are called in a segment's sentence. */
export interface Vocabulary {
  readonly labels: readonly LabelInfo[];
  readonly pieces: readonly Thing[];
  readonly slots: readonly Thing[];
}

/** The segments with the chosen one, the way back and the way forth; `gesture` joins moves of one drag. */
export interface Editing {
  readonly segments: readonly Segment[];
  readonly chosen: number;
  readonly past: readonly (readonly Segment[])[];
  readonly future: readonly (readonly Segment[])[];
  readonly gesture: string;
}

export type Action =
  | { readonly kind: "choose"; readonly index: number }
  | { readonly kind: "border"; readonly border: number; readonly toNs: number; readonly gesture?: string }
  | { readonly kind: "nudge"; readonly border: number; readonly frames: number }
  | { readonly kind: "split"; readonly atNs: number }
  | { readonly kind: "merge" }
  | { readonly kind: "remove" }
  | { readonly kind: "label"; readonly label: Label }
  | { readonly kind: "piece"; readonly piece: string }
  | { readonly kind: "slot"; readonly slot: string }
  | { readonly kind: "prompt"; readonly language: keyof Prompt; readonly text: string }
  | { readonly kind: "settle" }
  | { readonly kind: "undo" }
  | { readonly kind: "redo" };

/** A fresh editing of these segments. */
export function opened(segments: readonly Segment[]): Editing {
  return { segments, chosen: 0, past: [], future: [], gesture: "" };
}

/** The index of the segment that holds at a moment. */
export function indexAt(segments: readonly Segment[], atNs: number): number {
  const found = segments.findIndex((segment) => atNs < segment.end_ns);
  return found === -1 ? Math.max(0, segments.length - 1) : found;
}

function phraseOf(things: readonly Thing[], id: string): Bilingual {
  const known = things.find((thing) => thing.id === id);
  return known?.phrase ?? { en: `the ${id.replaceAll("_", " ")}`, zh: id.replaceAll("_", " ") };
}

/** The sentence that a segment gets by its label, piece and slot. */
export function promptOf(words: Vocabulary, label: Label, piece: string, slot: string): Prompt {
  const template = words.labels.find((info) => info.label === label)?.prompt ?? { en: "", zh: "" };
  const [what, where] = [phraseOf(words.pieces, piece), phraseOf(words.slots, slot)];
  const filled = (language: keyof Prompt): string =>
    template[language].replaceAll("{piece}", what[language]).replaceAll("{slot}", where[language]);
  return { en: filled("en"), zh: filled("zh") };
}

/** A segment with something changed; its sentence follows unless a person has written it. */
function retold(words: Vocabulary, segment: Segment, part: Partial<Segment>): Segment {
  const next = { ...segment, ...part };
  const usual = promptOf(words, segment.label, segment.piece, segment.slot);
  if (usual.en !== segment.prompt.en || usual.zh !== segment.prompt.zh) return next;
  return { ...next, prompt: promptOf(words, next.label, next.piece, next.slot) };
}

function replaced(segments: readonly Segment[], index: number, ...instead: Segment[]): Segment[] {
  return [...segments.slice(0, index), ...instead, ...segments.slice(index + 1)];
}

/** Puts the border behind segment `border` at a moment, as far as both neighbours allow. */
export function withBorder(segments: readonly Segment[], border: number, toNs: number): readonly Segment[] {
  const before = segments[border];
  const after = segments[border + 1];
  if (before === undefined || after === undefined) return segments;
  const least = before.start_ns + SHORTEST_NS;
  const most = after.end_ns - SHORTEST_NS;
  const at = Math.round(Math.min(Math.max(toNs, least), Math.max(least, most)));
  if (at === before.end_ns || most < least) return segments;
  return [...segments.slice(0, border), { ...before, end_ns: at }, { ...after, start_ns: at }, ...segments.slice(border + 2)];
}

/** The moment some pictures on from another one. */
export function framesOn(framesNs: readonly number[], fromNs: number, frames: number): number {
  if (framesNs.length === 0) return fromNs + frames * 33_333_333;
  const ahead = framesNs.findIndex((moment) => moment > fromNs);
  const upTo = ahead === -1 ? framesNs.length : ahead;
  const on = framesNs[upTo - 1] === fromNs ? upTo - 1 : frames > 0 ? upTo - 1 : upTo;
  return framesNs[Math.min(framesNs.length - 1, Math.max(0, on + frames))] ?? fromNs;
}

function split(segments: readonly Segment[], atNs: number): readonly Segment[] {
  const index = indexAt(segments, atNs);
  const one = segments[index];
  const at = Math.round(atNs);
  if (one === undefined || at - one.start_ns < SHORTEST_NS || one.end_ns - at < SHORTEST_NS) return segments;
  return replaced(segments, index, { ...one, end_ns: at }, { ...one, start_ns: at });
}

function merge(segments: readonly Segment[], index: number): readonly Segment[] {
  const [one, next] = [segments[index], segments[index + 1]];
  if (one === undefined || next === undefined) return segments;
  return [...segments.slice(0, index), { ...one, end_ns: next.end_ns }, ...segments.slice(index + 2)];
}

/** Takes a segment out; its time goes to the one before, or of the first one to the next. */
function remove(segments: readonly Segment[], index: number): readonly Segment[] {
  const [one, before, next] = [segments[index], segments[index - 1], segments[index + 1]];
  if (one === undefined) return segments;
  if (before !== undefined) {
    return [...segments.slice(0, index - 1), { ...before, end_ns: one.end_ns }, ...segments.slice(index + 1)];
  }
  return next === undefined ? segments : [{ ...next, start_ns: one.start_ns }, ...segments.slice(2)];
}

function changed(state: Editing, action: Action, words: Vocabulary, framesNs: readonly number[]): readonly Segment[] {
  const { segments, chosen } = state;
  const one = segments[chosen];
  if (one === undefined) return segments;
  switch (action.kind) {
    case "border":
      return withBorder(segments, action.border, action.toNs);
    case "nudge": {
      const from = segments[action.border]?.end_ns ?? 0;
      return withBorder(segments, action.border, framesOn(framesNs, from, action.frames));
    }
    case "split":
      return split(segments, action.atNs);
    case "merge":
      return merge(segments, chosen);
    case "remove":
      return remove(segments, chosen);
    case "label":
      return replaced(segments, chosen, retold(words, one, { label: action.label }));
    case "piece":
      return replaced(segments, chosen, retold(words, one, { piece: action.piece }));
    case "slot":
      return replaced(segments, chosen, retold(words, one, { slot: action.slot }));
    case "prompt":
      return replaced(segments, chosen, { ...one, prompt: { ...one.prompt, [action.language]: action.text } });
    default:
      return segments;
  }
}

function gestureOf(action: Action): string {
  if (action.kind === "prompt") return `prompt ${action.language}`;
  return action.kind === "border" ? (action.gesture ?? "") : "";
}

function chosenAfter(state: Editing, action: Action, segments: readonly Segment[]): number {
  if (action.kind === "split") return indexAt(segments, action.atNs);
  const chosen = action.kind === "remove" ? Math.max(0, state.chosen - 1) : state.chosen;
  return Math.min(chosen, segments.length - 1);
}

function travelled(state: Editing, forth: boolean): Editing {
  const [from, to] = forth ? [state.future, state.past] : [state.past, state.future];
  const segments = from.at(-1);
  if (segments === undefined) return state;
  const [shorter, longer] = [from.slice(0, -1), [...to, state.segments]];
  const chosen = Math.min(state.chosen, segments.length - 1);
  return forth
    ? { segments, chosen, past: longer, future: shorter, gesture: "" }
    : { segments, chosen, past: shorter, future: longer, gesture: "" };
}

/** What an action makes of the state. */
export function step(state: Editing, action: Action, words: Vocabulary, framesNs: readonly number[]): Editing {
  if (action.kind === "undo" || action.kind === "redo") return travelled(state, action.kind === "redo");
  if (action.kind === "settle") return { ...state, gesture: "" };
  if (action.kind === "choose") {
    return { ...state, chosen: Math.min(Math.max(0, action.index), state.segments.length - 1), gesture: "" };
  }
  const segments = changed(state, action, words, framesNs);
  if (segments === state.segments) return state;
  const gesture = gestureOf(action);
  const goesOn = gesture !== "" && gesture === state.gesture;
  const past = goesOn ? state.past : [...state.past, state.segments].slice(-MOST_STEPS_BACK);
  return { segments, chosen: chosenAfter(state, action, segments), past, future: [], gesture };
}
