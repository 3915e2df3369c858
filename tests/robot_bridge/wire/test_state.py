"""State messages: what is told where a drive does not tell everything."""

from robot_bridge.wire.state import told


def test_what_one_drive_does_not_tell_is_told_of_none() -> None:
    assert told([30.0, 31.0]) == (30.0, 31.0)
    assert told([30.0, None]) == ()
    assert told([]) == ()
