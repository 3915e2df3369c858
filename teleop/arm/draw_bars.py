"""Guidance above live bars: what stands on the screen while a person calibrates."""

from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from robot_bridge.tools.bars import Bar, Cell
from robot_bridge.tools.texts import Language, pick
from teleop.arm.headings import BARS

_CELLS: Mapping[Cell, tuple[str, str]] = {
    "empty": ("─", "bright_black"),
    "swept": ("━", "yellow"),
    "here": ("█", "bold"),
}


def bars(rows: Sequence[Bar], language: Language) -> Table:
    """The live bars of a calibration."""
    table = Table(box=None, header_style="bright_black")
    for pair in BARS:
        left = pair[0] in ("joint", "")
        table.add_column(pick(pair, language), justify="left" if left else "right", no_wrap=not pair[0])
    for row in rows:
        done = "green" if row.enough else "yellow"
        numbers = ("-" if one is None else str(one) for one in (row.low, row.at, row.high))
        table.add_row(row.name, *numbers, _bar(row, done), Text(f"{row.share:.0%}", style=done))
    return table


def _bar(row: Bar, done: str) -> Text:
    text = Text()
    for cell in row.cells:
        glyph, style = _CELLS[cell]
        text.append(glyph, style=done if cell == "swept" else style)
    return text


def guided(title: str, guidance: str, note: str, body: RenderableType | None) -> RenderableType:
    """What to do now, above the live part, with a note below it."""
    parts: list[RenderableType] = [
        Panel(Text(guidance), title=title, title_align="left", border_style="cyan")
    ]
    if body is not None:
        parts.append(body)
    if note:
        parts.append(Text(note, style="bold yellow"))
    return Group(*parts)
