/** One plot of the episode's time axis, drawn by uPlot; the play head is a plain element, moved without a redraw. */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

/** Space left and right of every plot, shared with the time line above so that all have one axis. */
export const LEFT_PX = 52;
export const RIGHT_PX = 14;
const COLOURS = { text: "#8b9aa3", grid: "#202a30", measured: "#e9f0f2", requested: "#f3b64c", applied: "#2f8f79", other: "#b18cff", mark: "#80703f" };

type Values = readonly (number | null)[];

/** What one plot shows; lines that are absent are left out. */
export interface Lines {
  readonly times: readonly number[];
  readonly measured: Values;
  readonly requested?: Values;
  readonly applied?: Values;
  readonly other?: Values;
}

function seriesOf(lines: Lines): uPlot.Series[] {
  const shown: uPlot.Series[] = [{}];
  const line = (stroke: string, width: number, dash?: number[]): uPlot.Series => ({
    stroke,
    width,
    points: { show: false },
    spanGaps: false,
    ...(dash === undefined ? {} : { dash }),
  });
  if (lines.applied !== undefined) shown.push(line(COLOURS.applied, 3.5));
  shown.push(line(COLOURS.measured, 1.25));
  if (lines.requested !== undefined) shown.push(line(COLOURS.requested, 1.75, [5, 5]));
  if (lines.other !== undefined) shown.push(line(COLOURS.other, 1.75));
  return shown;
}

function dataOf(lines: Lines): uPlot.AlignedData {
  const rows = [lines.times, lines.applied, lines.measured, lines.requested, lines.other].filter((row) => row !== undefined);
  return rows.map((row) => [...row]) as unknown as uPlot.AlignedData; // uPlot wants mutable arrays
}

function drawMarks(plot: uPlot, marks: readonly number[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = COLOURS.mark;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (const mark of marks) {
    const x = Math.round(plot.valToPos(mark, "x", true)) + 0.5;
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
  }
  ctx.stroke();
  ctx.restore();
}

/** A plot in the page; `marks` are the moments of events. `destroy` it when its place goes away. */
export class Plot {
  readonly #plot: uPlot;
  readonly #head: HTMLElement;
  readonly #seen: HTMLElement;

  constructor(place: HTMLElement, lines: Lines, marks: readonly number[], last: boolean, onSeek: (seconds: number) => void) {
    const axis: uPlot.Axis = { stroke: COLOURS.text, grid: { stroke: COLOURS.grid, width: 1 }, ticks: { show: false } };
    this.#plot = new uPlot(
      {
        width: place.clientWidth,
        height: last ? 108 : 84,
        padding: [6, RIGHT_PX, last ? 0 : 6, 0],
        legend: { show: false },
        cursor: { y: false, points: { show: false }, drag: { x: false, y: false }, sync: { key: "episode" } },
        scales: { x: { time: false } },
        axes: [
          { ...axis, show: last, size: 28, values: (_plot, splits) => splits.map((split) => `${split} s`) },
          { ...axis, size: LEFT_PX, space: 24, values: (_plot, splits) => splits.map((split) => split.toFixed(1)) },
        ],
        series: seriesOf(lines),
        hooks: { drawAxes: [(plot) => drawMarks(plot, marks)] },
      },
      dataOf(lines),
      place,
    );
    this.#head = document.createElement("div");
    this.#head.className = "plot__head";
    this.#seen = document.createElement("div");
    this.#seen.className = "plot__seen";
    this.#seen.hidden = true;
    this.#plot.over.append(this.#seen, this.#head);
    this.#plot.over.addEventListener("click", () => {
      const left = this.#plot.cursor.left ?? -1;
      if (left >= 0) onSeek(this.#plot.posToVal(left, "x"));
    });
  }

  /** Moves the play head, and the mark of what the player saw then. */
  show(seconds: number, seen: number | null = null): void {
    this.#seen.hidden = seen === null;
    if (seen !== null) this.#seen.style.transform = `translateX(${this.#plot.valToPos(seen, "x")}px)`;
    this.#head.style.transform = `translateX(${this.#plot.valToPos(seconds, "x")}px)`;
  }

  /** Fits the plot into a new width. */
  resize(width: number): void {
    this.#plot.setSize({ width, height: this.#plot.height });
  }

  destroy(): void {
    this.#plot.destroy();
  }
}
