"""Sentences of segments: every label has one in each language, with names where there are any."""

from teleop.annotation.prompts import ANY_PIECE, LABEL_INFOS, LABELS, TEXTS, phrase, prompt_of
from teleop.wire.player_out import Bilingual

NAMES = {"red": Bilingual("Red cube", "红色方块")}


def test_every_label_has_a_name_and_a_sentence():
    assert set(TEXTS) == set(LABELS) == {one.label for one in LABEL_INFOS}
    for label in LABELS:
        said = prompt_of(label, "", "", {})
        assert said.en and said.zh and said.en != said.zh


def test_things_are_called_by_their_names():
    assert phrase("red", NAMES, ANY_PIECE) == Bilingual("the red cube", "红色方块")
    assert phrase("near_left", NAMES, ANY_PIECE) == Bilingual("the near left", "near left")
    assert phrase("", NAMES, ANY_PIECE) is ANY_PIECE
    assert prompt_of("carry", "red", "", NAMES).en == "carry the red cube to the table"
