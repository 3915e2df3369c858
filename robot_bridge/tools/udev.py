"""The udev rules for servo boards, as shipped."""

from importlib import resources


def rules() -> str:
    """The text of the rules file."""
    return (resources.files("robot_bridge.tools") / "60-armcade.rules").read_text(encoding="utf-8")
