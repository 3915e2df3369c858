"""The JSON schemas say what the messages are, units included."""

import json

import msgspec
import pytest

from teleop.episodes.container import JSON_TOPICS
from teleop.episodes.schemas import json_schema, unit_of


def properties(topic: str) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = json.loads(json_schema(JSON_TOPICS[topic]))["properties"]
    return found


@pytest.mark.parametrize("topic", JSON_TOPICS)
def test_a_schema_is_a_self_contained_object_with_all_fields(topic: str) -> None:
    schema = json.loads(json_schema(JSON_TOPICS[topic]))
    assert schema["type"] == "object"
    assert schema["description"]
    assert set(schema["properties"]) == {
        field.encode_name for field in msgspec.structs.fields(JSON_TOPICS[topic])
    }
    used = {part["$ref"].removeprefix("#/$defs/") for part in _references(schema)}
    assert used == set(schema.get("$defs", {}))


def _references(value: object) -> list[dict[str, str]]:
    if isinstance(value, dict):
        found = [value] if "$ref" in value else []
        return found + [one for part in value.values() for one in _references(part)]
    return [one for part in value for one in _references(part)] if isinstance(value, list) else []


@pytest.mark.parametrize(
    ("topic", "field", "unit"),
    [
        ("/observation", "positions_rad", "radians"),
        ("/observation", "velocities_rad_s", "radians per second"),
        ("/observation", "temperatures_c", "degrees Celsius"),
        ("/observation", "voltages_v", "volts"),
        ("/observation", "loads", "signed duty of each servo, -1 to 1"),
        ("/action", "t_ns", "cell's CLOCK_MONOTONIC in nanoseconds"),
        ("/header", "started_utc_ns", "nanoseconds since 1970-01-01 UTC"),
        ("/verdict", "time_s", "seconds"),
        ("/action", "limited_rad", "radians"),
        (
            "/action",
            "applied_ns",
            "when the goals had gone to the bus: cell's CLOCK_MONOTONIC in nanoseconds",
        ),
        ("/network", "drift_ppm", "parts per million"),
        ("/network", "sent_bit_s", "bits per second"),
    ],
)
def test_a_number_has_its_unit(topic: str, field: str, unit: str) -> None:
    assert properties(topic)[field]["description"] == unit


def test_every_physical_number_has_a_unit() -> None:
    without = {
        name
        for topic in JSON_TOPICS
        for name, field in properties(topic).items()
        if "number" in json.dumps(field) and "description" not in field and "$ref" not in json.dumps(field)
    }
    assert without == {"data"}


def test_parts_have_units_too() -> None:
    pose = json.loads(json_schema(JSON_TOPICS["/action"]))["$defs"]["PoseTarget"]
    assert pose["properties"]["x_m"]["description"] == "metres"


def test_a_plain_name_has_no_unit() -> None:
    assert unit_of("puzzle_id") is None


def test_a_schema_is_always_the_same() -> None:
    assert all(json_schema(struct) == json_schema(struct) for struct in JSON_TOPICS.values())
