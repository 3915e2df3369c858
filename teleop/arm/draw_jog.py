"""What stands on the screen while a person jogs."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from robot_bridge.tools.jogging import SPEEDS_RAD_S, Jog, JointLine
from robot_bridge.tools.refusal_texts import cause_told
from robot_bridge.tools.texts import Language, pick
from teleop.arm.jog_words import JOG_KEYS, jog_note

_JOG_WIDTH = 25


def jog(state: Jog, rows: Sequence[JointLine], language: Language, bus_note: str) -> RenderableType:
    """Mode and cause, one line per joint, the limits that act, what the bridge says of the bus, the keys."""
    arm = state.arm
    table = Table(box=None, header_style="bright_black")
    for name in ("", "joint", "angle", "", "load", "temp.", "supply", "faults"):
        table.add_column(name, justify="right" if name in ("angle", "load", "temp.", "supply") else "left")
    for number, row in enumerate(rows, 1):
        table.add_row(*_jog_row(number, row), style="bold" if row.selected else "")
    head = Text("waiting for the bridge ...")
    if arm is not None:
        style = {"latched": "bold red", "play": "bold green"}.get(arm.mode, "bold")
        head = Text.assemble(
            (arm.mode.upper(), style), f"  {cause_told(arm.cause, language)}", f"  {arm.stop_id or ''}"
        )
        head.append(f"   {SPEEDS_RAD_S[state.speed]:g} rad/s", style="cyan")
        head.append(f"   {', '.join(arm.limits)}", style="yellow")
    note = jog_note(state.note, language)
    return Group(
        head,
        table,
        Text(bus_note or " ", style="yellow"),
        Text(note or " ", style="bold yellow"),
        Text(pick(JOG_KEYS, language), style="bright_black"),
    )


def _jog_row(number: int, row: JointLine) -> tuple[Text | str, ...]:
    at = max(0, min(_JOG_WIDTH - 1, round(row.place * (_JOG_WIDTH - 1))))
    place = Text("─" * at, style="bright_black").append("█", style="bold")
    place.append("─" * (_JOG_WIDTH - 1 - at), style="bright_black")
    return (
        ("▶ " if row.selected else "  ") + str(number),
        row.name,
        f"{row.degrees:.1f}°",
        place,
        f"{row.load:.0%}",
        "-" if row.temperature_c is None else f"{row.temperature_c:.0f} °C",
        "-" if row.voltage_v is None else f"{row.voltage_v:.1f} V",
        Text(f"{row.status:#04x}", style="bold red") if row.status else "none",
    )
