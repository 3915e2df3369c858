"""PROV-JSON names the episodes, their contributors and the data set, and forgets on demand."""

from typing import Any

from teleop.lineage.prov import Made, prov_document, pruned, with_origins
from teleop.lineage.records import Part

ANN, BO, ANN_2 = Part("ep-1", "a" * 64, "ann"), Part("ep-2", "b" * 64, "bo"), Part("ep-3", "c" * 64, "ann")


def test_relations_name_what_is_declared() -> None:
    document: dict[str, Any] = prov_document("out", "lerobot", "armcade 1", [ANN, BO])
    declared = {name for kind in ("entity", "activity", "agent") for name in document[kind]}
    for relation in ("used", "wasGeneratedBy", "wasAssociatedWith", "wasAttributedTo", "wasDerivedFrom"):
        for entry in document[relation].values():
            assert set(entry.values()) <= declared


def test_forgetting_gives_the_document_of_those_that_stay() -> None:
    whole = prov_document("out", "lerobot", "armcade 1", [ANN, BO, ANN_2])
    assert pruned(whole, ["ep-1"]) == prov_document("out", "lerobot", "armcade 1", [BO, ANN_2])
    assert pruned(whole, ["ep-1", "ep-3"]) == prov_document("out", "lerobot", "armcade 1", [BO])
    assert pruned(whole, []) == whole


def test_what_is_no_such_document_stays_what_it_is() -> None:
    assert pruned({"note": "text", "agent": "none"}, ["ep-1"]) == {"agent": {}}


def test_cells_configurations_and_runs_are_named_and_forgotten() -> None:
    made = {"ep-1": Made("home", "e" * 64), "ep-2": Made("lab", "")}

    def told(*parts: Part) -> dict[str, Any]:
        return with_origins(
            prov_document("out", "lerobot", "armcade 1", parts), parts, made, {"f" * 64: "r-1"}
        )

    document = told(ANN, BO)
    assert document["entity"][f"armcade:run/{'f' * 64}"]["armcade:recipe"] == "r-1"
    assert {"armcade:cell/home", "armcade:cell/lab"} <= set(document["agent"])
    declared = {name for kind in ("entity", "activity", "agent") for name in document[kind]}
    for relation in ("used", "wasGeneratedBy", "wasAssociatedWith", "wasAttributedTo", "wasDerivedFrom"):
        for entry in document[relation].values():
            assert set(entry.values()) <= declared
    left = pruned(document, ["ep-1"])
    assert left["wasAttributedTo"] == told(BO)["wasAttributedTo"]
