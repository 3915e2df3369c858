"""What is said when HDF5 cannot be written."""

import importlib.util

import pytest

from teleop.episodes.exporting.work import ExportRefused
from teleop.episodes.formats import FORMATS
from teleop.episodes.layouts.hdf5 import installed


@pytest.mark.parametrize("name", ["robomimic", "aloha"])
def test_without_the_library_the_words_say_what_to_install(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert installed()
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(ExportRefused, match=r"pip install 'armcade\[export\]'"):
        FORMATS[name].make(30)
