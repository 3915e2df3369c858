"""Metadata records come back as the structs that they were; complaints name file and advice."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from teleop.episodes.container import flat
from teleop.episodes.damage import EpisodeUnreadable, unflat
from teleop.episodes.format import Closing, Header


def test_a_header_survives_its_metadata_record(synthetic: Any) -> None:
    header = synthetic.header(synthetic.Script(prompt='12 "quoted"'))
    assert unflat(flat(header), Header) == header


@pytest.mark.parametrize("note", ["", "12", "null", "[]"])
def test_a_closing_survives_its_metadata_record(note: str, synthetic: Any) -> None:
    for verdict in (None, synthetic.verdict(synthetic.Script())):
        closing = Closing("complete", note, 3, 1, verdict)
        assert unflat(flat(closing), Closing) == closing


def test_a_missing_field_is_refused(synthetic: Any) -> None:
    record = flat(synthetic.header(synthetic.Script()))
    del record["turn_id"]
    with pytest.raises(msgspec.ValidationError, match="turn_id"):
        unflat(record, Header)


def test_a_complaint_names_file_fault_and_advice() -> None:
    error = EpisodeUnreadable(Path("x.mcap"), "is broken", "Mend it.")
    assert str(error) == "x.mcap: is broken. Mend it."
    assert (error.path, error.wrong) == (Path("x.mcap"), "is broken")
