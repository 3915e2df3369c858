"""Curves as SVG: one line per series with a bar of spread at every point, a legend, no library."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 58, 18, 58, 46
STYLES = ("#0072b2", "#d55e00", "#555555")
DASHES = ("", "7 4", "2 3")
STYLE = "text{font:13px system-ui,sans-serif;fill:#222}.title{font-weight:600}.grid{stroke:#ddd}"


@dataclass(frozen=True, slots=True)
class Mark:
    """One point of a curve: the median and the span in which the middle four fifths lie."""

    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn: `series` by name, in the order of their styles."""

    title: str
    x_label: str
    y_label: str
    series: Mapping[str, Sequence[Mark]]


def svg(chart: Chart) -> str:
    """The drawing; the same numbers give the same bytes."""
    marks = [mark for series in chart.series.values() for mark in series]
    top, step = _scale(max(mark.high for mark in marks))
    xs = sorted({mark.x for mark in marks})

    def across(x: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (x - xs[0]) / ((xs[-1] - xs[0]) or 1.0)

    def down(y: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * min(y, top) / top

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{chart.title}</title><style>{STYLE}</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text class="title" x="{LEFT}" y="20">{chart.title}</text>',
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 8}" text-anchor="end">{chart.x_label}</text>',
    ]
    for number in range(round(top / step) + 1):
        y = down(number * step)
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        above = -6 if number * step == top else 4
        label = f"{number * step:g}" + (f" {chart.y_label}" if number * step == top else "")
        anchor = "start" if number * step == top else "end"
        x_text = 8 if anchor == "start" else LEFT - 8
        parts.append(f'<text x="{x_text}" y="{y + above:.1f}" text-anchor="{anchor}">{label}</text>')
    below = HEIGHT - BOTTOM + 18
    parts += [f'<text x="{across(x):.1f}" y="{below}" text-anchor="middle">{x:g}</text>' for x in xs]
    for number, (name, series) in enumerate(chart.series.items()):
        colour, dash, aside = STYLES[number], DASHES[number], 4 * (number - 1)
        way = " ".join(f"{across(mark.x) + aside:.1f},{down(mark.y):.1f}" for mark in series)
        parts.append(f'<g fill="none" stroke="{colour}" stroke-width="2">')
        parts.append(f'<polyline points="{way}" stroke-dasharray="{dash}"/>')
        for mark in series:
            x = across(mark.x) + aside
            parts.append(f'<path stroke-width="1" d="M{x:.1f} {down(mark.low):.1f}V{down(mark.high):.1f}"/>')
            parts.append(f'<circle cx="{x:.1f}" cy="{down(mark.y):.1f}" r="3.5" fill="{colour}"/>')
        x = LEFT + 185 * number
        parts.append(f'<path d="M{x} 40h28" stroke-dasharray="{dash}"/></g>')
        parts.append(f'<text x="{x + 34}" y="44">{name}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _scale(highest: float) -> tuple[float, float]:
    """A round top of the axis and the step between its lines, four to six of them."""
    step = 1e-3
    while True:
        for factor in (1.0, 2.0, 2.5, 5.0):
            if step * factor * 5 >= highest:
                lines = -(-highest // (step * factor))
                return max(1.0, lines) * step * factor, step * factor
        step *= 10
