"""The ledger's lines hold each other; the graph follows an episode to its exports and runs."""

import msgspec
import pytest

from teleop.lineage.records import (
    EXPIRED,
    WITHDRAWN,
    EpisodeMade,
    Erased,
    ErasureDone,
    ExportMade,
    LedgerBroken,
    Part,
    Record,
    RunMade,
    erased_ids,
    exports_with,
    head_of,
    line_of,
    records_of,
    refuse_short_of,
    runs_with,
    withdrawn_at,
)

RECORDS: tuple[Record, ...] = (
    EpisodeMade("ep-1", "ann", "home", "a", "b", "c", 1),
    ExportMade("export-1", "/x", "lerobot", (Part("ep-1", "a", "ann"), Part("ep-2", "b", "bo")), 2),
    ExportMade("export-2", "/y", "lerobot", (Part("ep-2", "b", "bo"),), 3),
    RunMade("run-1", ("export-1",), "", 4),
    RunMade("run-2", ("export-2",), "", 5),
    Erased("ep-1", "a", "erasure-1", WITHDRAWN, 6),
    ErasureDone("erasure-1", "ann", WITHDRAWN, 1, ("export-1",), "d", 6),
    ErasureDone("erasure-2", "ann", EXPIRED, 1, (), "d", 7),
)


def lines() -> list[bytes]:
    found: list[bytes] = []
    for record in RECORDS:
        found.append(line_of(record, found[-1] if found else None))
    return found


def test_records_come_back() -> None:
    assert records_of(lines()) == RECORDS
    assert records_of([]) == ()


def test_a_changed_removed_or_added_line_is_noticed() -> None:
    good = lines()
    changed = [*good]
    changed[1] = changed[1].replace(b"/x", b"/z")
    with pytest.raises(LedgerBroken, match="line 3 does not follow line 2"):
        records_of(changed)
    with pytest.raises(LedgerBroken, match="line 2"):
        records_of([good[0], *good[2:]])
    for bad in (b"{}", b'{"\xff'):
        with pytest.raises(LedgerBroken, match="line 9 cannot be read"):
            records_of([*good, bad])
    assert msgspec.json.decode(good[0])["previous"] == "0" * 64


def test_the_graph_is_followed() -> None:
    held = exports_with(RECORDS, frozenset({"ep-1"}))
    assert [one.export_id for one in held] == ["export-1"]
    assert [one.run_id for one in runs_with(RECORDS, frozenset({"export-1"}))] == ["run-1"]
    assert erased_ids(RECORDS) == {"ep-1"}
    assert (withdrawn_at(RECORDS, "ann"), withdrawn_at(RECORDS, "bo")) == (6, 0)


def test_a_line_in_another_form_is_noticed() -> None:
    good = lines()
    with pytest.raises(LedgerBroken, match="line 8 was written anew"):
        records_of([*good[:-1], good[-1].replace(b":", b": ", 1)])


def test_a_head_holds_the_end_and_lets_more_follow() -> None:
    good = lines()
    head = head_of(good[:4])
    assert head_of([]) is None
    for told in (None, head):
        refuse_short_of(told, good)
    with pytest.raises(LedgerBroken, match="ends with line 3, but 4 were written"):
        refuse_short_of(head, good[:3])
    with pytest.raises(LedgerBroken, match="line 4 is not the one"):
        refuse_short_of(head, [*good[:3], good[4]])
