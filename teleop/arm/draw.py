"""Tables and panels of the arm commands, drawn with rich from what the tools found."""

from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from robot_bridge.tools.complaint import Complaint
from robot_bridge.tools.dialect import DIALECTS, fault_names
from robot_bridge.tools.expectations import ADVICE, Row, Verdict
from robot_bridge.tools.figures import Figures
from robot_bridge.tools.scan import FoundBus, FoundServo
from robot_bridge.tools.texts import Language, advice, pick, sentence
from teleop.arm import headings

_MARKS: Mapping[Verdict, tuple[str, str]] = {
    "ok": ("ok", "green"),
    "notice": ("notice", "yellow"),
    "wrong": ("WRONG", "bold red"),
}


def complaint(one: Complaint, language: Language) -> RenderableType:
    """What is wrong, and what to do about it, line by line."""
    head = Text.assemble(("✗ ", "bold red"), (sentence(one, language), "bold"))
    hints = [Padding(Text.assemble(("→ ", "cyan"), hint), (0, 0, 0, 2)) for hint in advice(one, language)]
    return Group(head, *hints)


def bus(
    found: FoundBus, joints: Mapping[int, str], identity: str | None, language: Language
) -> RenderableType:
    """One port: a table of its servos, or that there are none."""
    title = Text(found.port.path, style="bold")
    for name in found.port.names:
        title.append(f"  {name}", style="bright_black")
    parts: list[RenderableType] = [title] if found.port.path else []
    if found.servos:
        known = headings.IDENTITY if identity else headings.STRANGER
        parts.append(
            Text(f"{found.protocol}, {found.baud} baud   {pick(known, language).format(name=identity)}")
        )
        parts.append(_servos(found, joints, language))
    elif found.heard_junk:
        parts.append(Text(pick(headings.JUNK, language), style="yellow"))
    elif not found.complaints:
        parts.append(Text(pick(headings.SILENCE, language), style="yellow"))
    parts += [complaint(one, language) for one in found.complaints]
    return Group(*parts, Text(""))


def _servos(found: FoundBus, joints: Mapping[int, str], language: Language) -> Table:
    table = Table(box=None, header_style="bright_black")
    for pair in headings.SERVOS:
        right = pair[0] in ("id", "supply", "temp.", "position")
        table.add_column(pick(pair, language), justify="right" if right else "left")
    for servo in found.servos:
        table.add_row(*_servo(found, servo, joints.get(servo.servo_id, ""), language))
    return table


def _servo(found: FoundBus, servo: FoundServo, joint: str, language: Language) -> tuple[Text | str, ...]:
    image = servo.image
    if image is None:
        unreadable = Text(pick(headings.UNREADABLE, language), style="bold red")
        return str(servo.servo_id), joint, unreadable, *[""] * 6
    spoken = next(one for one in DIALECTS if one.name == found.protocol)
    faults = ", ".join(fault_names(spoken, image.get("status")))
    return (
        str(servo.servo_id),
        joint,
        servo.model,
        spoken.firmware(image),
        image.shown("voltage"),
        image.shown("temperature"),
        str(image.get("position")),
        pick(headings.TORQUE[image.get("torque_enable") == 1], language),
        Text(faults or pick(headings.FAULTLESS, language), style="bold red" if faults else "green"),
    )


def check(rows: Sequence[Row], every: bool, language: Language) -> RenderableType:
    """The rows that are not as they should be, or every row, and the sum."""
    shown = [row for row in rows if every or row.verdict != "ok"]
    table = Table(box=None, header_style="bright_black")
    for pair in headings.REGISTERS:
        table.add_column(pick(pair, language))
    for row in shown:
        mark, style = _MARKS[row.verdict]
        table.add_row(row.servo, row.register, row.expected, row.found, Text(mark, style=style))
    told = dict.fromkeys(ADVICE[row.advice] for row in shown if row.verdict != "ok")
    hints = [Text.assemble(("→ ", "cyan"), pick(pair, language)) for pair in told]
    count = {verdict: sum(row.verdict == verdict for row in rows) for verdict in _MARKS}
    total = Text(pick(headings.SUM, language).format(rows=len(rows), **count))
    total.stylize("bold red" if count["wrong"] else "green")
    return Group(*([table] if shown else []), *hints, total)


def bench(found: Figures, where: str, language: Language) -> RenderableType:
    """The figures of a bus."""
    table = Table(box=None, header_style="bright_black")
    for pair in headings.TIMES:
        table.add_column(pick(pair, language), justify="right" if pair[0] else "left")
    took = found.measured_ms
    numbers = (found.wire_ms, took.median, took.p95, took.p99, took.longest)
    cycle = pick(headings.CYCLE, language).format(servos=found.servos)
    table.add_row(cycle, *(f"{number:.2f}" for number in numbers))
    rest = pick(headings.MEASURED, language).format(
        cycles=found.cycles,
        rate=found.cycles_per_s,
        over=found.over_wire,
        missing=found.missing_answers,
        share=found.missing,
        junk=found.junk_bytes,
        cpu=found.cpu,
    )
    return Group(Text(where, style="bold"), table, Text(rest))
