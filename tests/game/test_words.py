import msgspec
import pytest

from game.words import Words


def test_a_text_needs_both_languages() -> None:
    assert msgspec.convert({"en": "Yes", "zh": "是"}, Words) == Words(en="Yes", zh="是")
    for missing in ({"en": "Yes"}, {"en": "Yes", "zh": ""}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(missing, Words)
