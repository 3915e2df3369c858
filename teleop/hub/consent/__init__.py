"""The consent texts, one file per version; a version that was ever shown is never edited."""

import hashlib
import tomllib
from dataclasses import dataclass
from importlib.resources import files

import msgspec

from robot_bridge.wire.units import Identifier
from teleop.wire.browser_in import Language
from teleop.wire.browser_out import ConsentText
from teleop.wire.player_out import Bilingual

VERSION_IN_FORCE = "recording-2"


class ConsentFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of this folder."""

    version: Identifier
    title: Bilingual
    body: Bilingual


@dataclass(frozen=True, slots=True)
class ConsentVersion:
    """A consent text with the hash of what a reader of each language saw."""

    text: ConsentText
    sha256: dict[Language, str]


def load_consent(version: str = VERSION_IN_FORCE) -> ConsentVersion:
    """Reads a consent text of the package."""
    raw = files("teleop.hub.consent").joinpath(f"{version}.toml").read_text(encoding="utf-8")
    file = msgspec.convert(tomllib.loads(raw), ConsentFile)
    text = ConsentText(text_version=file.version, title=file.title, body=file.body)
    shown: dict[Language, tuple[str, str]] = {
        "en": (file.title.en, file.body.en),
        "zh": (file.title.zh, file.body.zh),
    }
    hashes: dict[Language, str] = {
        language: _sha256(file.version, *parts) for language, parts in shown.items()
    }
    return ConsentVersion(text, hashes)


def _sha256(version: str, title: str, body: str) -> str:
    """Hash of version, title and body, one after another with a newline between."""
    return hashlib.sha256("\n".join((version, title, body)).encode()).hexdigest()
