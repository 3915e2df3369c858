"""The browser's message types agree with the Python structs."""

from pathlib import Path

import msgspec
import pytest
from msgspec import inspect

from teleop.wire import player_in, player_out, typescript

GENERATED = Path(typescript.__file__).parents[2] / "web_client" / "src" / "wire.ts"


@pytest.fixture(scope="module")
def text() -> str:
    return typescript.typescript()


def test_the_committed_file_is_fresh(text: str) -> None:
    assert GENERATED.read_text() == text, "run: python -m teleop.wire.typescript > web_client/src/wire.ts"


def test_every_message_has_an_interface_with_its_tag(text: str) -> None:
    for union in (player_in.ControlIn, player_in.EventIn, player_out.ControlOut, player_out.EventOut):
        kind = inspect.type_info(union)
        assert isinstance(kind, inspect.UnionType)
        for member in kind.types:
            assert isinstance(member, inspect.StructType)
            assert f'export interface {member.cls.__name__} {{\n  readonly type: "{member.tag}";' in text


def test_unions_and_literals_keep_their_names(text: str) -> None:
    assert "export type ControlOut = State | Pong;" in text
    assert "  readonly mode: Mode;\n" in text
    assert "  readonly device: InputDevice;\n" in text
    assert '  readonly role: "operator" | "player" | "viewer";\n' in text


def test_tuples_are_fixed_or_not(text: str) -> None:
    assert "  readonly x_m: readonly [number, number];\n" in text
    assert "  readonly translation_m: readonly [number, number, number];\n" in text
    assert "  readonly requested_rad: readonly (readonly (number | null)[])[];\n" in text
    assert "  readonly limits: readonly Limit[];\n" in text


def test_integers_beyond_a_double_are_marked_on_binary_wires_only(text: str) -> None:
    assert "  readonly now_ns: Integer64;\n" in text
    assert "  readonly offset_ns: Integer64 | null;\n" in text
    assert "  readonly ended_utc_ns: number;\n" in text


def test_parts_stand_before_wholes_in_the_shapes(text: str) -> None:
    assert '  SeenFrame: {"camera": "string", "rtp_timestamp": "number"' in text
    assert text.index("  PieceInfo: {") < text.index("  PuzzleInfo: {")


def test_a_type_without_a_counterpart_is_refused() -> None:
    kind = inspect.type_info(dict[str, int])
    with pytest.raises(TypeError, match="no TypeScript"):
        typescript.shape(kind, typescript.Names(), wide=True)


def test_a_list_that_is_no_shape_is_refused() -> None:
    with pytest.raises(TypeError, match="is no shape"):
        typescript.written(3)


class Lonely(msgspec.Struct):
    """One."""

    pair: tuple[int, str]


def test_a_struct_of_one_line_and_a_mixed_pair() -> None:
    kind = inspect.type_info(Lonely)
    assert isinstance(kind, inspect.StructType)
    written = typescript.interface(kind, typescript.Names())
    assert (
        written
        == "/** One. */\nexport interface Lonely {\n  readonly pair: readonly [Integer64, string];\n}\n"
    )


class Silent(msgspec.Struct):
    on: bool


def test_a_struct_without_words_has_no_comment() -> None:
    kind = inspect.type_info(Silent)
    assert isinstance(kind, inspect.StructType)
    assert typescript.interface(kind, typescript.Names()).startswith("export interface Silent {")
