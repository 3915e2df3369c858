"""Measures a bus by reading every servo's state over and over; writes nothing and moves nothing."""

import time
from collections.abc import Callable, Sequence

from robot_bridge.tools.figures import Figures, Run, figures, wire_s
from robot_bridge.tools.servo_link import ServoLink


def bench(
    link: ServoLink, ids: Sequence[int], cycles: int, rate_hz: float, ended: Callable[[], bool]
) -> Figures:
    """So many cycles at this rate (0: as fast as the bus goes), or until `ended`."""
    first, length = link.spoken.state
    request = link.spoken.sync_read(ids, first, length)
    wire = wire_s(len(request), len(ids) * (length + link.spoken.overhead_bytes), link.baud)
    return figures(_run(link, request, dict.fromkeys(ids, length), (cycles, rate_hz), ended), len(ids), wire)


def _run(
    link: ServoLink,
    request: bytes,
    expected: dict[int, int],
    plan: tuple[int, float],
    ended: Callable[[], bool],
) -> Run:
    cycles, rate_hz = plan
    period_s = 1.0 / rate_hz if rate_hz > 0 else 0.0
    took: list[float] = []
    answered = junk = 0
    began_s, began_cpu_s = time.monotonic(), time.process_time()
    while not took or (len(took) < cycles and not ended()):
        due_s = began_s + len(took) * period_s
        time.sleep(max(0.0, due_s - time.monotonic()))
        heard = link.ask(request, expected)
        took.append(heard.took_ns / 1e9)
        answered += len(heard.answers)
        junk += heard.junk
    wall_s, cpu_s = time.monotonic() - began_s, time.process_time() - began_cpu_s
    return Run(tuple(took), len(took) * len(expected), answered, junk, wall_s, cpu_s)
