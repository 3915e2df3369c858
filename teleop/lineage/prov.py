"""An export's provenance as W3C PROV-JSON: episodes, their contributors, the data set made of them. Pure."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from teleop.lineage.records import Part

PREFIX = {"armcade": "urn:armcade:", "prov": "http://www.w3.org/ns/prov#"}
CELL, CONFIGURATION, RUN = "armcade:cell/", "armcade:configuration/", "armcade:run/"
_Section = dict[str, dict[str, object]]
EPISODE, CONTRIBUTOR = "armcade:episode/", "armcade:contributor/"


def prov_document(name: str, kind: str, software: str, parts: Sequence[Part]) -> dict[str, object]:
    """PROV-JSON of one export, the same for the same episodes: the ledger knows when it was made.

    Entities are the episodes (by the SHA-256 of their files) and the data set, the activity is the export,
    agents are the contributors' pseudonyms and the software.
    """
    dataset, activity, agent = f"armcade:dataset/{name}", f"armcade:export/{name}", "armcade:software"
    episodes = {_entity(part): _described(part) for part in parts}
    people = {_person(part): {"prov:type": _typed("prov:Person")} for part in parts}
    return {
        "prefix": PREFIX,
        "entity": episodes | {dataset: {"prov:type": "armcade:dataset", "armcade:format": kind}},
        "activity": {activity: {"prov:type": "armcade:export"}},
        "agent": people | {agent: {"prov:type": _typed("prov:SoftwareAgent"), "prov:label": software}},
        "used": {
            f"_:used/{part.episode_id}": {"prov:activity": activity, "prov:entity": _entity(part)}
            for part in parts
        },
        "wasGeneratedBy": {"_:made": {"prov:entity": dataset, "prov:activity": activity}},
        "wasAssociatedWith": {"_:by": {"prov:activity": activity, "prov:agent": agent}},
        "wasAttributedTo": {
            f"_:from/{part.episode_id}": {"prov:entity": _entity(part), "prov:agent": _person(part)}
            for part in parts
        },
        "wasDerivedFrom": {
            f"_:derived/{part.episode_id}": {
                "prov:generatedEntity": dataset,
                "prov:usedEntity": _entity(part),
            }
            for part in parts
        },
    }


class Made(NamedTuple):
    """Which cell recorded an episode, and the SHA-256 of its configuration."""

    cell_id: str
    configuration_sha256: str


def with_origins(
    document: Mapping[str, object],
    parts: Sequence[Part],
    made: Mapping[str, Made],
    runs: Mapping[str, str],
) -> dict[str, object]:
    """The document with the cells and configurations that episodes come from, and the recipes' runs used.

    `made` is by episode, `runs` from the SHA-256 of a run to its recipe's version.
    """
    (activity,) = _entries(document, "activity")
    cells: _Section = {}
    kept: _Section = {}
    attributed: _Section = {}
    derived: _Section = {}
    for part in parts:
        cell, configuration = made[part.episode_id]
        cells[f"{CELL}{cell}"] = {"prov:type": _typed("prov:SoftwareAgent")}
        attributed[f"_:by/{part.episode_id}"] = {"prov:entity": _entity(part), "prov:agent": f"{CELL}{cell}"}
        if configuration:
            name = f"{CONFIGURATION}{configuration}"
            kept[name] = {"prov:type": "armcade:configuration", "armcade:sha256": configuration}
            derived[f"_:under/{part.episode_id}"] = {
                "prov:generatedEntity": _entity(part),
                "prov:usedEntity": name,
            }
    more: dict[str, _Section] = {
        "entity": kept | {f"{RUN}{sha256}": _run(sha256, recipe) for sha256, recipe in runs.items()},
        "agent": cells,
        "wasAttributedTo": attributed,
        "wasDerivedFrom": derived,
        "used": {
            f"_:chosen/{one}": {"prov:activity": activity, "prov:entity": f"{RUN}{one}"} for one in runs
        },
    }
    return {**document, **{name: {**_entries(document, name), **one} for name, one in more.items()}}


def _run(sha256: str, recipe: str) -> dict[str, object]:
    return {"prov:type": "armcade:run", "armcade:recipe": recipe, "armcade:sha256": sha256}


def pruned(document: Mapping[str, object], gone: Collection[str]) -> dict[str, object]:
    """A document of `prov_document` without these episodes, and without the contributors of nothing else."""
    names = {f"{EPISODE}{one}" for one in gone}
    left: dict[str, object] = {}
    for section, entries in document.items():
        if isinstance(entries, dict):
            left[section] = {
                name: one for name, one in entries.items() if name not in names and not _refers(one, names)
            }
    people = {one["prov:agent"] for one in _entries(left, "wasAttributedTo").values()}
    agents = {
        name: one
        for name, one in _entries(left, "agent").items()
        if name in people or not name.startswith(CONTRIBUTOR)
    }
    return left | {"agent": agents}


def _entries(document: Mapping[str, object], section: str) -> dict[str, dict[str, object]]:
    found = document.get(section)
    return found if isinstance(found, dict) else {}


def _refers(entry: object, names: Collection[str]) -> bool:
    return isinstance(entry, dict) and any(isinstance(one, str) and one in names for one in entry.values())


def _entity(part: Part) -> str:
    return f"{EPISODE}{part.episode_id}"


def _person(part: Part) -> str:
    return f"{CONTRIBUTOR}{part.contributor}"


def _described(part: Part) -> dict[str, object]:
    return {"prov:type": "armcade:episode", "armcade:sha256": part.sha256}


def _typed(name: str) -> dict[str, str]:
    return {"$": name, "type": "prov:QUALIFIED_NAME"}
