"""A plan names exactly what an erasure touches."""

from teleop.lineage.plan import Held, Outcome, intent_of, statement_of
from teleop.lineage.records import WITHDRAWN, ExportMade, Part, Record, RunMade

ANN, BO = Part("ep-1", "a", "ann"), Part("ep-2", "b", "bo")
RECORDS: tuple[Record, ...] = (
    ExportMade("export-1", "/x", "lerobot", (ANN, BO), 2),
    ExportMade("export-2", "/y", "zarr", (BO,), 3),
    RunMade("run-1", ("export-1", "export-2"), "", 4),
    RunMade("run-2", ("export-2",), "", 5),
)


def test_exports_and_runs_of_the_forget_set_and_no_others() -> None:
    intent = intent_of("ann", WITHDRAWN, 9, [Part("ep-3", "c", "ann"), ANN], RECORDS)
    assert intent.episodes == (ANN, Part("ep-3", "c", "ann"))
    assert intent.exports == (Held("export-1", "/x", "lerobot", ("ep-1",)),)
    assert intent.runs == ("run-1",)
    assert intent == intent_of("ann", WITHDRAWN, 9, [ANN, Part("ep-3", "c", "ann")], RECORDS)
    assert intent.erasure_id != intent_of("ann", WITHDRAWN, 10, [ANN], RECORDS).erasure_id


def test_the_statement_says_what_was_done() -> None:
    intent = intent_of("ann", WITHDRAWN, 9, [ANN], RECORDS)
    outcome = Outcome("export-1", "/x", "rewritten", 1, "")
    stated = statement_of(intent, [outcome])
    assert (stated.episodes, stated.exports, stated.runs) == ((ANN,), (outcome,), ("run-1",))
    assert (stated.erasure_id, stated.contributor, stated.utc_ns) == (intent.erasure_id, "ann", 9)
