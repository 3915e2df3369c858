"""Reads a TOML table into a frozen struct and names the nearest key when one is unknown."""

import difflib
import re
from collections.abc import Mapping
from typing import TypeVar

import msgspec

T = TypeVar("T", bound=msgspec.Struct)
_UNKNOWN = re.compile(r"unknown field `([^`]*)`")


class InvalidTable(ValueError):
    """A configuration or data file says something that it cannot say; the text names where and what."""


def read_table(table: Mapping[str, object], kind: type[T], where: str) -> T:
    """The table as `kind`; raises InvalidTable with a sentence for people."""
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        raise InvalidTable(f"{where}: {error}{_hint(str(error), _names(kind))}") from error


def _names(kind: type) -> tuple[str, ...]:
    """Every key that this struct or a struct below it knows."""
    names: list[str] = []
    for field in msgspec.structs.fields(kind):
        names.append(field.encode_name)
        for part in (field.type, *getattr(field.type, "__args__", ())):
            if isinstance(part, type) and issubclass(part, msgspec.Struct):
                names.extend(_names(part))
            else:
                inner = [one for one in getattr(part, "__args__", ()) if isinstance(one, type)]
                names.extend(name for one in inner if issubclass(one, msgspec.Struct) for name in _names(one))
    return tuple(names)


def _hint(error: str, names: tuple[str, ...]) -> str:
    found = _UNKNOWN.search(error)
    if found is None:
        return ""
    nearest = difflib.get_close_matches(found[1], names, n=1, cutoff=0.5)
    return f"; did you mean `{nearest[0]}`?" if nearest else ""
