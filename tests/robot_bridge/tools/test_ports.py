"""Ports that may lead to servos."""

from robot_bridge.tools.ports import Candidate, candidates, explicit

BY_ID = "/dev/serial/by-id/usb-1a86_USB_Single_Serial_5A68-if00"
BY_PATH = "/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0"


def test_terminals_that_are_no_usb_boards_are_left_out() -> None:
    found = candidates(["/dev/tty1", "/dev/ttyS0", "/dev/ttyUSB0", "/dev/ttyACM1"], [])
    assert [one.path for one in found] == ["/dev/ttyACM1", "/dev/ttyUSB0"]


def test_a_board_goes_by_its_steadiest_name() -> None:
    links = [(BY_PATH, "/dev/ttyACM0"), (BY_ID, "/dev/ttyACM0")]
    assert candidates(["/dev/ttyACM0"], links) == (Candidate(BY_ID, (BY_PATH, "/dev/ttyACM0")),)


def test_a_link_to_another_device_counts_too() -> None:
    assert candidates([], [(BY_ID, "/dev/ttyAMA0")]) == (Candidate(BY_ID, ("/dev/ttyAMA0",)),)


def test_named_ports_are_taken_as_they_are_once() -> None:
    named = ["socket://arm:2000", "/dev/x", "/dev/x"]
    assert explicit(named) == (Candidate("socket://arm:2000"), Candidate("/dev/x"))
