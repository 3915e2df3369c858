"""The published examples of Protocol 2.0, byte by byte: each request gets the documented answer."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from sim_fallback.servo_bus.dynamixel.chain import DynamixelChain
from sim_fallback.servo_bus.dynamixel.packets import Parser
from sim_fallback.servo_bus.dynamixel.table import FULL_PWM, MODELS
from sim_fallback.servo_bus.motor import Ailment, Sensed, ServoSpec

EXAMPLES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "protocol2_examples.toml").read_text()
)["example"]


def chain_of(example: dict[str, Any]) -> DynamixelChain:
    servos = example["servos"]
    chain = DynamixelChain([ServoSpec(one["id"], 0, 0, 4095, one["model"]) for one in servos])
    for one in servos:
        chain.ail(one["id"], Ailment(temperature_c=one.get("temperature_c")))
        if "volts" in one:
            chain.sag(one["volts"] / MODELS[one["model"]].nominal_v)
    chain.sense(
        [Sensed(one.get("position", 2048), 0.0, one.get("pwm", 0) / FULL_PWM) for one in servos], 0.01
    )
    return chain


@pytest.mark.parametrize("example", EXAMPLES, ids=[example["name"] for example in EXAMPLES])
def test_the_published_request_gets_the_published_answer(example: dict[str, Any]) -> None:
    chain = chain_of(example)
    if "before" in example:
        chain.receive(bytes.fromhex(example["before"]), 0)
    replies = chain.receive(bytes.fromhex(example["host"]), 0)
    assert [reply.data.hex(" ").upper() for reply in replies] == example["answers"]
    for there in example.get("then", []):
        found = chain.servo(there["id"]).read(there["address"], there["length"])
        assert found == there["value"].to_bytes(there["length"], "little")


@pytest.mark.parametrize(
    "example", [one for one in EXAMPLES if "printed" in one], ids=lambda example: example["name"]
)
def test_a_misprinted_frame_has_a_wrong_crc_and_is_otherwise_the_same(example: dict[str, Any]) -> None:
    printed, host = bytes.fromhex(example["printed"]), bytes.fromhex(example["host"])
    assert printed[:-2] == host[:-2]
    assert [one.intact for one in Parser().feed(printed, 0)] == [False]
    assert [one.intact for one in Parser().feed(host, 0)] == [True]


def test_all_examples_of_the_page_are_here() -> None:
    assert len(EXAMPLES) == 17
