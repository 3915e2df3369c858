"""What a picture's units tell, without decoding it."""

import pytest

from teleop.episodes.lerobot_v3.nal_units import parameter_sets, predicted, units

SPS, PPS, SEI = b"\x67abc", b"\x68ab", b"\x06ab"
IDR, SLICE = b"\x65abcd", b"\x41abcd"


def annex_b(*parts: bytes, start: bytes = b"\0\0\0\1") -> bytes:
    return b"".join(start + part for part in parts)


@pytest.mark.parametrize("start", [b"\0\0\1", b"\0\0\0\1"])
def test_units_are_found_behind_their_start_codes(start: bytes) -> None:
    assert units(annex_b(SPS, PPS, IDR, start=start)) == [SPS, PPS, IDR]


@pytest.mark.parametrize("rubbish", [b"", b"bad", b"bad\0\0\1\x65abcd"])
def test_rubbish_has_no_units(rubbish: bytes) -> None:
    assert units(rubbish) == []


def test_a_key_picture_brings_its_parameter_sets() -> None:
    assert parameter_sets(annex_b(SPS, PPS, SEI, IDR)) == (SPS, PPS)
    assert not predicted(annex_b(SPS, PPS, IDR))


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (IDR,),
        (SPS, IDR),
        (PPS, IDR),
        (SPS, PPS),
        (SPS, PPS, SLICE),
        (SPS, PPS, IDR, SLICE),
        (SPS, PPS, IDR[:3]),
    ],
)
def test_what_cannot_be_decoded_alone_is_no_key_picture(parts: tuple[bytes, ...]) -> None:
    assert parameter_sets(annex_b(*parts)) is None


def test_a_predicted_picture_is_one_of_slices() -> None:
    assert predicted(annex_b(SLICE))
    assert predicted(annex_b(b"\x09\xf0", SEI, SLICE, SLICE))


@pytest.mark.parametrize("parts", [(), (SEI,), (SLICE[:2],), (SPS, SLICE), (SLICE, IDR), (b"",)])
def test_anything_else_is_no_predicted_picture(parts: tuple[bytes, ...]) -> None:
    assert not predicted(annex_b(*parts))
