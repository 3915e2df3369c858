"""Arms behind ROS as processes of their own: on Fast DDS in C++, and behind a rosbridge server.

Both take the same orders by a line each and answer with a line of JSON, so that they can be stalled,
stopped and killed like the computers of real arms.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from robot_bridge.arms import ArmModel

HERE = Path(__file__).resolve().parent
SOURCES = HERE / "fastdds_arm"
HEADERS = ("fastdds/dds/domain/DomainParticipant.hpp", "fastcdr/Cdr.h")
FASTDDS_KINDS = {
    "joint_trajectory": "trajectory",
    "forward_command": "array",
    "servo_joint": "jog",
    "servo_twist": "twist",
}
Report = dict[str, Any]


class RosArm:
    """One such process."""

    def __init__(self, command: Sequence[str | Path]) -> None:
        """Returns once it is running; raises RuntimeError when it ends at once."""
        self.process = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._answer()

    def order(self, *words: object) -> Report:
        """Asks for something and returns the answer; raises RuntimeError when the process has gone."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(" ".join(map(str, words)) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError as error:
            raise RuntimeError("the arm's process has gone") from error
        return self._answer()

    def ask(self, *words: object) -> None:
        """Orders without waiting; `answered` must follow."""
        assert self.process.stdin is not None
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def answered(self) -> Report:
        """Waits for the answer to what was asked."""
        return self._answer()

    def report(self) -> Report:
        """What was delivered since the last report, and where the joints are."""
        return self.order("report")

    def freeze(self, frozen: bool) -> None:
        """Stops the whole process, or lets it go on."""
        self.process.send_signal(signal.SIGSTOP if frozen else signal.SIGCONT)

    def kill(self) -> None:
        """Ends it without a goodbye."""
        self.process.kill()
        self._gone()

    def close(self) -> None:
        """Ends it by the end of its input; a second call does nothing."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
        self._gone()

    def _gone(self) -> None:
        assert self.process.stdin is not None and self.process.stdout is not None
        if not self.process.stdin.closed:
            self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def _answer(self) -> Report:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the arm's process ended with {self.process.wait(5)}")
        return cast(Report, json.loads(line))


def fastdds(
    domain: int,
    command: tuple[str, str],
    joints: Mapping[str, float],
    reader: tuple[int, int] = (0, 0),
    words: Sequence[str] = (),
) -> RosArm:
    """An arm on Fast DDS.

    `command` is the controller's kind in the cell's file and its topic, `reader` its deadline and lifespan
    (ms, 0 for the default), `words` the further ones that arm.cpp explains.
    """
    places = [f"{name}={position!r}" for name, position in joints.items()]
    kind, topic = command
    how = [str(domain), FASTDDS_KINDS[kind], topic, *map(str, reader)]
    return RosArm([fastdds_program(), *how, *places, *words])


def chain_words(model: ArmModel) -> list[str]:
    """The arm's chain up to the jaw and its tool point, as arm.cpp takes them."""
    links = [",".join(map(repr, (*joint.xyz_m, *joint.rpy_rad))) for joint in model.joints[:-1]]
    return [*(f"@link={link}" for link in links), "@tool=" + ",".join(map(repr, model.tool_xyz_m))]


def rosbridge(port: int, ros: int, topic: str, joints: Mapping[str, float]) -> RosArm:
    """An arm behind a rosbridge server of ROS 1 or 2 on this port of the loopback."""
    places = [f"{name}={position!r}" for name, position in joints.items()]
    script = HERE / "rosbridge_arm.py"
    return RosArm([sys.executable, script, str(port), str(ros), topic, *places])


def roslibpy_client(port: int) -> RosArm:
    """A client of somebody else's making, connected to the rosbridge server on this port."""
    return RosArm([sys.executable, HERE / "roslibpy_client.py", str(port)])


def missing_for_fastdds() -> str:
    """The Debian packages that the program needs and this machine lacks, or nothing."""
    missing = [] if shutil.which("g++") else ["g++"]
    if not all(Path("/usr/include", header).exists() for header in HEADERS):
        missing.append("libfastrtps-dev")
    return " ".join(missing)


def fastdds_program() -> Path:
    """The arm's program, compiled once for each state of its source."""
    missing = missing_for_fastdds()
    if missing:
        raise RuntimeError(f"the arm on Fast DDS needs Debian packages: apt install {missing}")
    sources = sorted(SOURCES.iterdir())
    mark = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    program = Path(tempfile.gettempdir()) / f"armcade-fastdds-arm-{os.getuid()}-{mark}"
    if not program.exists():
        fresh = program.with_suffix(f".{os.getpid()}")
        compile_it = ["g++", "-std=c++17", "-O1", SOURCES / "arm.cpp", "-o", fresh, "-lfastrtps", "-lfastcdr"]
        subprocess.run([str(part) for part in compile_it], check=True)
        fresh.replace(program)
    return program
