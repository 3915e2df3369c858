/** A puzzle drawn from its description: table, slots, coloured cubes, and the arm behind them. */
import type { JSX } from "preact";
import type { PieceInfo, Place, PuzzleInfo, SlotInfo } from "../wire";
import "./puzzle.css";
import { circle, cubeFaces, nearness, points, project, shade, type World } from "./projection";

const BOUNDS = { u: -250, v: -128, width: 426, height: 392 };
const TABLE: readonly World[] = [
  [0.03, -0.15, 0],
  [0.03, 0.15, 0],
  [0.325, 0.15, 0],
  [0.325, -0.15, 0],
];
const ARM: readonly World[] = [
  [0.01, 0, 0.01],
  [0.01, 0, 0.05],
  [-0.03, 0.012, 0.12],
  [0.06, -0.02, 0.125],
  [0.085, -0.028, 0.09],
];

/** Where the middle of a placed piece is; null when the puzzle names no such slot or piece. */
export function centreOf(puzzle: PuzzleInfo, place: Place): World | null {
  const slot = puzzle.slots.find((candidate) => candidate.id === place.slot);
  const piece = puzzle.pieces.find((candidate) => candidate.id === place.piece);
  if (slot === undefined || piece === undefined) return null;
  return [slot.x_m, slot.y_m, piece.size_m * (place.level + 0.5)];
}

/** Pieces with their centres, farthest first. */
export function drawingOrder(puzzle: PuzzleInfo, places: readonly Place[]): { piece: PieceInfo; centre: World }[] {
  const found: { piece: PieceInfo; centre: World }[] = [];
  for (const place of places) {
    const centre = centreOf(puzzle, place);
    const piece = puzzle.pieces.find((candidate) => candidate.id === place.piece);
    if (centre !== null && piece !== undefined) found.push({ piece, centre });
  }
  return found.sort((a, b) => nearness(a.centre) - nearness(b.centre));
}

function Slot({ slot }: { slot: SlotInfo }): JSX.Element {
  const style = slot.colour === null ? {} : { stroke: slot.colour, fill: slot.colour };
  return (
    <polygon
      class={slot.colour === null ? "puzzle__slot" : "puzzle__slot puzzle__slot--coloured"}
      points={points(circle([slot.x_m, slot.y_m, 0], slot.radius_m))}
      style={style}
    />
  );
}

function Cube({ piece, centre, index }: { piece: PieceInfo; centre: World; index: number }): JSX.Element {
  const [u, v] = project(centre);
  const faces = cubeFaces([0, 0, 0], piece.size_m);
  const inner = cubeFaces([0, 0, (piece.size_m - piece.size_m * 0.66) / 2], piece.size_m * 0.66);
  return (
    <g class="puzzle__piece" style={{ transform: `translate(${u}px, ${v}px)`, transitionDelay: `${index * 140}ms` }}>
      <polygon points={points(faces.side)} fill={shade(piece.colour, 0.52)} />
      <polygon points={points(faces.front)} fill={shade(piece.colour, 0.76)} />
      <polygon points={points(faces.top)} fill={shade(piece.colour, 1.12)} />
      <polygon points={points(inner.top)} fill={shade(piece.colour, 1.4)} opacity={0.55} />
    </g>
  );
}

function Arm(): JSX.Element {
  const [base, ...links] = ARM.map(project);
  const line = [base, ...links].filter((point) => point !== undefined);
  const foot = circle([0, 0, 0], 0.045);
  return (
    <g class="puzzle__arm">
      <polygon points={points(foot)} />
      <polyline points={points(line)} />
      {line.slice(1, 4).map(([u, v]) => (
        <circle key={`${u}`} cx={u} cy={v} r={8} />
      ))}
    </g>
  );
}

type PictureProps = {
  puzzle: PuzzleInfo;
  /** Which arrangement; a change moves the cubes over. */
  show: "start" | "goal";
  /** What a screen reader says; empty when the words stand beside the picture. */
  label: string;
};

/** The picture; it fills the width it is given. */
export function PuzzlePicture({ puzzle, show, label }: PictureProps): JSX.Element {
  const named = label === "" ? { "aria-hidden": true as const } : { role: "img" as const, "aria-label": label };
  return (
    <svg class="puzzle" viewBox={`${BOUNDS.u} ${BOUNDS.v} ${BOUNDS.width} ${BOUNDS.height}`} {...named}>
      <polygon class="puzzle__table" points={points(TABLE.map(project))} />
      <Arm />
      {puzzle.slots.map((slot) => (
        <Slot key={slot.id} slot={slot} />
      ))}
      {drawingOrder(puzzle, show === "goal" ? puzzle.goal : puzzle.start).map(({ piece, centre }, index) => (
        <Cube key={piece.id} piece={piece} centre={centre} index={index} />
      ))}
    </svg>
  );
}
