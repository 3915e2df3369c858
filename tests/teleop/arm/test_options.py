"""Exit codes: what could not be done, and a terminal that is gone while it is being told."""

import errno
import io

import pytest
import typer
from rich.console import Console

from robot_bridge.toml_table import InvalidTable
from robot_bridge.tools.complaint import Complaint, ToolFailed
from teleop.arm import options


class Gone(io.StringIO):
    """A terminal that was hung up."""

    def write(self, text: str) -> int:
        raise OSError(errno.EIO, "Input/output error")


@pytest.mark.parametrize("error", [ToolFailed(Complaint("not_a_terminal")), InvalidTable("no such arm")])
@pytest.mark.parametrize(("terminal", "code"), [(io.StringIO, options.CANNOT), (Gone, options.HUNG_UP)])
def test_what_cannot_be_done_is_told_where_there_is_a_terminal(
    monkeypatch: pytest.MonkeyPatch, error: Exception, terminal: type[io.StringIO], code: int
) -> None:
    monkeypatch.setattr(options, "ERR", Console(file=terminal()))
    with pytest.raises(typer.Exit) as ended, options.sentences("en"):
        raise error
    assert ended.value.exit_code == code


def test_other_failures_of_the_machine_are_not_taken_for_a_hang_up() -> None:
    with pytest.raises(OSError, match="full"), options.sentences("en"):
        raise OSError(errno.ENOSPC, "full")
