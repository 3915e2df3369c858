/** A small drawing of the goal: slots on the table as the player looks at them, with the pieces where they belong. */
import type { JSX } from "preact";
import type { ViewAxes } from "../predict/camera";
import type { PieceInfo, Place, PuzzleInfo, SlotInfo } from "../wire";

const MARGIN_M = 0.036;
/** Pieces are drawn larger than they are: this is a sign and not a plan. */
const ENLARGED = 1.35;
/** How much of a piece's height shows in the drawing. */
const RISE = 0.6;

interface Spot {
  readonly x: number;
  readonly y: number;
}

/** Where a point of the table lies in the drawing, metres, y down. */
const spotOf = (slot: SlotInfo, axes: ViewAxes): Spot => ({
  x: axes.right[0] * slot.x_m + axes.right[1] * slot.y_m,
  y: -(axes.away[0] * slot.x_m + axes.away[1] * slot.y_m),
});

function Cube({ piece, spot, level, done }: { piece: PieceInfo; spot: Spot; level: number; done: boolean }): JSX.Element {
  const size = piece.size_m * ENLARGED;
  const rise = size * RISE;
  const top = spot.y - rise * (level + 1);
  return (
    <g class={done ? "goal__cube goal__cube--done" : "goal__cube"}>
      <rect x={spot.x - size / 2} y={top + size / 2 - 0.002} width={size} height={rise + 0.002} rx={0.003} fill={piece.colour} class="goal__side" />
      <rect x={spot.x - size / 2} y={top - size / 2} width={size} height={size} rx={0.003} fill={piece.colour} />
      {done && (
        <path
          d={`M ${spot.x - size * 0.24} ${top} l ${size * 0.17} ${size * 0.18} l ${size * 0.32} ${-size * 0.36}`}
          class="goal__tick"
        />
      )}
    </g>
  );
}

/** `placed` names the pieces that the referee sees where they belong. */
export function GoalPicture(props: { puzzle: PuzzleInfo; axes: ViewAxes; placed: ReadonlySet<string>; label: string }): JSX.Element {
  const { puzzle, axes, placed, label } = props;
  const spots = new Map(puzzle.slots.map((slot) => [slot.id, spotOf(slot, axes)]));
  const all = [...spots.values()];
  const left = Math.min(...all.map((spot) => spot.x)) - MARGIN_M;
  const right = Math.max(...all.map((spot) => spot.x)) + MARGIN_M;
  const highest = Math.max(0, ...puzzle.goal.map((place) => place.level));
  const top = Math.min(...all.map((spot) => spot.y)) - MARGIN_M - highest * 0.026;
  const bottom = Math.max(...all.map((spot) => spot.y)) + MARGIN_M;
  const order = [...puzzle.goal].sort((a, b) => (spots.get(a.slot)?.y ?? 0) - (spots.get(b.slot)?.y ?? 0) || a.level - b.level);
  return (
    <svg class="goal" viewBox={`${left} ${top} ${right - left} ${bottom - top}`} role="img" aria-label={label}>
      {puzzle.slots.map((slot) => {
        const spot = spots.get(slot.id);
        return spot && <circle key={slot.id} cx={spot.x} cy={spot.y} r={slot.radius_m * 1.1} class="goal__slot" {...(slot.colour === null ? {} : { stroke: slot.colour })} />;
      })}
      {order.map((place: Place) => {
        const piece = puzzle.pieces.find((one) => one.id === place.piece);
        const spot = spots.get(place.slot);
        return piece && spot && <Cube key={place.piece} piece={piece} spot={spot} level={place.level} done={placed.has(piece.id)} />;
      })}
    </svg>
  );
}
