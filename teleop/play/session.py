"""`armcade play`: starts every process, does the operator's first reset, and waits for Ctrl-C."""

import importlib.util
import signal
import socket
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from types import FrameType

import msgspec
from rich.console import Console
from rich.panel import Panel

from robot_bridge.arms import load_arm, nominal_calibration, write_calibration
from teleop.hub.secret_files import Secrets, ensure_secrets
from teleop.play.layout import CELL_ID, Layout, write
from teleop.play.operator import HubRefusedError, Operator
from teleop.play.supervisor import Row, Supervisor

START_TIMEOUT_S = 60.0
START_TRIES = 3
WATCH_PERIOD_S = 0.25
_ENDINGS = (signal.SIGINT, signal.SIGTERM)
NO_SIMULATION = """\
The simulated cell needs the pybullet package, which has builds for Python 3.11 only.
With Python 3.11: pip install 'armcade[sim]' and try again.
With a real arm nothing is missing: see `armcade hub`, `armcade cell` and `armcade bridge`."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asked for."""

    home: Path
    port: int
    seed: int
    ready_file: Path | None


class StartError(Exception):
    """Something did not come up; the text says what and where to look."""


def processes(layout: Layout) -> tuple[Row, ...]:
    """The table of processes of a one-machine Armcade, in starting order."""
    cell, hub = str(layout.cell_toml), str(layout.hub_toml)
    return (
        Row("sim", ("-m", "sim_fallback", "run", "--config", cell)),
        Row("bridge", ("-m", "robot_bridge", "--config", cell)),
        Row("hub", ("-m", "teleop.hub", "--config", hub)),
        Row("cell", ("-m", "teleop.cell", "--config", cell)),
    )


def run(options: Options) -> int:
    """Runs until Ctrl-C; the exit code is 1 when something did not start."""
    console = Console(stderr=True)
    if importlib.util.find_spec("pybullet") is None:
        console.print(NO_SIMULATION)
        return 1
    # SIGINT too: a shell starts background jobs with it ignored.
    for number in _ENDINGS:
        signal.signal(number, _end)
    run_dir = Path(tempfile.mkdtemp(prefix="armcade-"))
    supervisor = Supervisor(options.home / "logs", lambda text: console.print(text, markup=False))
    try:
        layout, secrets = _prepare(options, run_dir, console)
        supervisor.start(processes(layout))
        _bring_up(layout, secrets, supervisor)
        _announce(layout, secrets, supervisor, options.ready_file, console)
        while True:
            time.sleep(WATCH_PERIOD_S)
            supervisor.watch()
    except KeyboardInterrupt:
        console.print("Stopping.")
        return 0
    except StartError as error:
        console.print(f"Armcade did not start: {error}", markup=False)
        return 1
    finally:
        supervisor.stop()
        rmtree(run_dir, ignore_errors=True)


def _end(_number: int, _frame: FrameType | None) -> None:
    """Ends the session; a second Ctrl-C must not break off the ending, or processes would stay behind."""
    for number in _ENDINGS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _prepare(options: Options, run_dir: Path, console: Console) -> tuple[Layout, Secrets]:
    port = options.port if options.port and _is_free(options.port) else _free_port()
    if port != options.port and options.port:
        console.print(f"Port {options.port} is taken; using {port}.")
    layout = Layout(options.home, run_dir, port, _free_port(), _free_port(), options.seed)
    write(layout)
    if not layout.calibration.exists():
        arm = load_arm("so101")
        write_calibration(layout.calibration, arm, nominal_calibration(arm))
    return layout, ensure_secrets(layout.secrets)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return not _fails(lambda: probe.bind(("127.0.0.1", port)))


def _fails(action: Callable[[], None]) -> bool:
    try:
        action()
    except OSError:
        return True
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _bring_up(layout: Layout, secrets: Secrets, supervisor: Supervisor) -> None:
    """Waits for all processes, then clears the boot stop as the operator who typed the command."""
    operator = Operator(layout.url)
    deadline = time.monotonic() + START_TIMEOUT_S
    _wait(operator.healthy, "hub", deadline, supervisor)
    try:
        operator.sign_in(secrets.operator_token)
    except HubRefusedError as error:
        raise StartError(str(error)) from error
    _wait(lambda: _is_reset(operator), "cell", deadline, supervisor)


def _is_reset(operator: Operator) -> bool:
    """Clears the stop that the arm booted with, once its bus and cameras are well; true when it is clear."""
    try:
        cards = [card for card in operator.cells() if card.cell_id == CELL_ID and card.online]
        if not cards or not cards[0].bus_ok or not cards[0].cameras_ok:
            return False
        stop_id = cards[0].stop_id
        return stop_id is None or operator.reset(CELL_ID, stop_id).done
    except HubRefusedError:
        return False


def _wait(ready: Callable[[], bool], name: str, deadline: float, supervisor: Supervisor) -> None:
    while not ready():
        supervisor.watch()
        hopeless = supervisor.running[name].restarts >= START_TRIES
        if hopeless or time.monotonic() > deadline:
            raise StartError(f"{name} is not ready. The end of its log:\n{supervisor.tail(name)}")
        time.sleep(0.05)


def _announce(
    layout: Layout, secrets: Secrets, supervisor: Supervisor, ready_file: Path | None, console: Console
) -> None:
    operate = f"{layout.url}/operate#token={secrets.operator_token}"
    episodes = f"{layout.url}/episodes#token={secrets.researcher_token}"
    console.print(
        Panel(
            f"[bold]Play[/]       {layout.url}/\n[bold]Operate[/]    {operate}\n"
            f"[bold]Episodes[/]   {episodes}\n[bold]Files[/]      {layout.home}\n\nCtrl-C ends everything.",
            title="Armcade is ready",
            expand=False,
        ),
        soft_wrap=True,
    )
    if ready_file is not None:
        names = [row.name for row in processes(layout)]
        facts = {
            "url": layout.url,
            "operator_token": secrets.operator_token,
            "researcher_token": secrets.researcher_token,
            "home": str(layout.home),
            "run": str(layout.run),
            "cell_metrics": f"http://127.0.0.1:{layout.cell_metrics_port}/metrics",
            "sim_metrics": f"http://127.0.0.1:{layout.sim_metrics_port}/metrics",
            "pids": {name: supervisor.pid(name) for name in names},
        }
        part = ready_file.with_suffix(".part")
        part.write_bytes(msgspec.json.encode(facts))
        part.rename(ready_file)
