"""JSON schemas of the episode's messages, made from their structs, with units in the descriptions."""

import re

import msgspec

Schema = dict[str, object]
_UNITS = {
    "rad_s": "radians per second",
    "rad": "radians",
    "m_s": "metres per second",
    "m": "metres",
    "ns": "nanoseconds",
    "us": "microseconds",
    "utc_ns": "nanoseconds since 1970-01-01 UTC",
    "utc_s": "seconds since 1970-01-01 UTC",
    "s": "seconds",
    "c": "degrees Celsius",
    "v": "volts",
    "bit_s": "bits per second",
    "ppm": "parts per million",
}
_NAMED = {
    "t_ns": "cell's CLOCK_MONOTONIC in nanoseconds",
    "capture_ns": "when the picture was taken: cell's CLOCK_MONOTONIC in nanoseconds",
    "encoded_ns": "when the picture was encoded: cell's CLOCK_MONOTONIC in nanoseconds",
    "started_ns": "start of the episode: cell's CLOCK_MONOTONIC in nanoseconds",
    "encode_begun_ns": "when its encoding began: cell's CLOCK_MONOTONIC in nanoseconds",
    "applied_ns": "when the goals had gone to the bus: cell's CLOCK_MONOTONIC in nanoseconds",
    "received_ns": "when it arrived: cell's CLOCK_MONOTONIC in nanoseconds",
    "echo_ns": "time of the newest arm state that the page had shown: cell's CLOCK_MONOTONIC in nanoseconds",
    "deadline_ns": "not obeyed from then on: cell's CLOCK_MONOTONIC in nanoseconds",
    "seen_displayed_ns": "when the player's screen showed it: cell's CLOCK_MONOTONIC in nanoseconds",
    "seen_displayed_us": "the same as the page's performance.now() in microseconds",
    "loss": "share of picture packets lost before repair, 0 to 1",
    "share": "share of the full bit rate, 0 to 1",
    "quarters": "sides of the sent pictures in quarters of the camera's",
    "every": "each so many-th picture was sent",
    "client_us": "the page's performance.now() in microseconds",
    "loads": "signed duty of each servo, -1 to 1",
    "gripper": "0 shut, 1 open",
    "speed_scale": "fraction of full speed, 0 to 1",
    "tick": "number of the bridge's control tick",
    "fx": "focal length in pixels",
    "fy": "focal length in pixels",
    "cx": "principal point in pixels",
    "cy": "principal point in pixels",
    "width": "pixels",
    "height": "pixels",
}
_SUFFIX = re.compile(r"_(utc_ns|utc_s|bit_s|rad_s|m_s|ppm|rad|ns|us|m|s|c|v)$")


def json_schema(struct: type[msgspec.Struct]) -> bytes:
    """A self-contained JSON schema (an object at the top, parts in `$defs`), same bytes each time."""
    whole = msgspec.json.schema(struct)
    parts = whole["$defs"]
    top = parts.pop(struct.__name__)
    for part in (top, *parts.values()):
        _describe(part)
    if parts:
        top["$defs"] = parts
    return msgspec.json.encode(top, order="sorted")


def unit_of(name: str) -> str | None:
    """The unit that a field's name states, in words; None for a field without one."""
    if name in _NAMED:
        return _NAMED[name]
    suffix = _SUFFIX.search(name)
    return _UNITS[suffix.group(1)] if suffix else None


def _describe(part: Schema) -> None:
    text = part.get("description")
    if isinstance(text, str):
        part["description"] = " ".join(text.split())
    fields = part.get("properties")
    if not isinstance(fields, dict):
        return
    for name, field in fields.items():
        unit = unit_of(name)
        if unit is not None:
            field["description"] = unit
