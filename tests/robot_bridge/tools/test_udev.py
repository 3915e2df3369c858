"""The udev rules as shipped."""

import re

from robot_bridge.tools.udev import rules

KEYS = r"(ACTION|SUBSYSTEM|DRIVER|ATTRS?\{\w+\}|ENV\{\w+\}|MODE|GROUP|TAG|GOTO|LABEL)"
ENTRY = re.compile(KEYS + r'(==|=|\+=)"[^"]*"')


def test_every_line_is_a_rule_that_udev_reads() -> None:
    lines = [line for line in rules().splitlines() if line and not line.startswith("#")]
    assert len(lines) > 4
    for line in lines:
        assert all(ENTRY.fullmatch(part) for part in line.split(", ")), line


def test_the_known_boards_are_open_and_left_alone_by_modem_manager() -> None:
    for vendor, product in (("1a86", "55d3"), ("1a86", "7523"), ("0403", "6014"), ("2f5d", "2202")):
        rule = next(line for line in rules().splitlines() if vendor in line and product in line)
        assert 'TAG+="uaccess"' in rule
        assert 'ENV{ID_MM_DEVICE_IGNORE}="1"' in rule


def test_what_is_jumped_to_is_there() -> None:
    wanted = set(re.findall(r'GOTO="(\w+)"', rules()))
    assert wanted == set(re.findall(r'LABEL="(\w+)"', rules()))
