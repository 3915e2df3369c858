"""What a tool could not do, as data: which servo, which register, expected and found. Pure.

Each kind has its sentence and its advice in `texts`.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "port_missing",
    "port_denied",
    "port_busy",
    "port_refused",
    "port_lost",
    "no_port",
    "no_arm",
    "many_arms",
    "bad_arm",
    "unspoken",
    "servo_silent",
    "servo_garbled",
    "id_clash",
    "not_taken",
    "wrong_model",
    "low_voltage",
    "bad_file",
    "file_unwritable",
    "nothing_to_restore",
    "not_a_terminal",
    "bridge_ended",
    "bridge_silent",
]


@dataclass(frozen=True, slots=True)
class Named:
    """A servo as people know it."""

    servo_id: int
    joint: str = ""

    @property
    def label(self) -> str:
        """The id, and the joint where it is known."""
        return f"{self.servo_id} ({self.joint})" if self.joint else str(self.servo_id)


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong; `where` is a port or a file, the rest as in the sentence of its kind."""

    kind: Kind
    where: str = ""
    servo: str = ""
    register: str = ""
    expected: str = ""
    found: str = ""


class ToolFailed(Exception):
    """A tool cannot go on; carries the complaint for people."""

    def __init__(self, complaint: Complaint) -> None:
        """Keeps the complaint; its text is chosen where it is shown."""
        super().__init__(complaint.kind)
        self.complaint = complaint
