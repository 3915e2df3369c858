"""Documents that episodes refer to, each kept once under its hash, and who answers for the data."""

from pathlib import Path

import msgspec

from teleop.durable_files import write_whole
from teleop.lineage.canonical import canonical, sha256_of
from teleop.lineage.consent_record import UNSTATED, Controller
from teleop.lineage.ledger import lineage_dir

CONTROLLER = "controller.json"


class ControllerChanged(Exception):
    """What is kept of the controller is not what the hub wrote."""


class _Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    controller: Controller
    sha256: str


def keep_controller(episodes: Path, controller: Controller) -> None:
    """Tells all who make consent records here who answers for the data; raises OSError."""
    path = lineage_dir(episodes) / CONTROLLER
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, canonical(_Told(controller, sha256_of(canonical(controller)))))


def controller_of(episodes: Path) -> Controller:
    """Who answers for the data of a folder, as a hub said; raises ControllerChanged, OSError."""
    path = lineage_dir(episodes) / CONTROLLER
    try:
        content = path.read_bytes()
        told = msgspec.json.decode(content, type=_Told)
    except FileNotFoundError:
        return UNSTATED
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ControllerChanged(f"{path} cannot be read: {error}") from error
    if canonical(told) != content or sha256_of(canonical(told.controller)) != told.sha256:
        raise ControllerChanged(f"{path} was changed")
    return told.controller


def document_path(episodes: Path, kind: str, sha256: str) -> Path:
    """Where a document of a kind (`consent`, `calibration`, `configuration`) lies."""
    return lineage_dir(episodes) / kind / sha256


def keep_document(episodes: Path, kind: str, content: bytes) -> str:
    """Keeps a document, which is never changed afterwards, and gives its hash; raises OSError."""
    sha256 = sha256_of(content)
    path = document_path(episodes, kind, sha256)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    return sha256
