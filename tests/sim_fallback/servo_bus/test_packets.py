from hypothesis import given
from hypothesis import strategies as st

from sim_fallback.servo_bus import packets
from sim_fallback.servo_bus.packets import Instruction, Parser, instruction_frame, status_frame

PING_1 = bytes.fromhex("ffff010201fb")
READ_POSITION_1 = bytes.fromhex("ffff0104023802be")
instructions = st.builds(Instruction, st.integers(0, 0xFE), st.integers(1, 0x83), st.binary(max_size=40))


def frame(instruction: Instruction) -> bytes:
    return instruction_frame(instruction.id, instruction.code, instruction.parameters)


def test_frames_are_the_published_ones() -> None:
    assert instruction_frame(1, packets.PING) == PING_1
    assert instruction_frame(1, packets.READ, b"\x38\x02") == READ_POSITION_1
    assert status_frame(1, 0, b"\x18\x05") == bytes.fromhex("ffff0104001805dd")


@given(st.lists(instructions, max_size=5), st.data())
def test_frames_are_found_however_the_bytes_are_cut(sent: list[Instruction], data: st.DataObject) -> None:
    stream = b"".join(frame(one) for one in sent)
    cut = data.draw(st.integers(0, len(stream)))
    parser = Parser()
    assert [*parser.feed(stream[:cut], 0), *parser.feed(stream[cut:], 1000)] == sent


@given(st.binary(max_size=40).filter(lambda noise: b"\xff" not in noise), instructions)
def test_noise_without_a_header_loses_no_frame(noise: bytes, sent: Instruction) -> None:
    assert Parser().feed(noise + frame(sent), 0) == (sent,)


@given(st.binary(max_size=200))
def test_any_bytes_are_survived_and_a_pause_heals(noise: bytes) -> None:
    parser = Parser()
    parser.feed(noise, 0)
    assert parser.feed(PING_1, 10**9) == (Instruction(1, packets.PING, b""),)


def test_a_wrong_checksum_hides_only_its_own_frame() -> None:
    broken = PING_1[:-1] + b"\x00"
    assert Parser().feed(broken + READ_POSITION_1, 0) == (Instruction(1, packets.READ, b"\x38\x02"),)


def test_an_impossible_id_or_length_is_skipped() -> None:
    assert Parser().feed(b"\xff\xff\xff" + PING_1[2:], 0) == (Instruction(1, packets.PING, b""),)
    assert Parser().feed(b"\xff\xff\x01\x01" + PING_1, 0) == (Instruction(1, packets.PING, b""),)


def test_a_lone_header_byte_is_kept_for_what_follows() -> None:
    parser = Parser()
    assert parser.feed(b"\x00\xff", 0) == ()
    assert parser.feed(PING_1[1:], 1) == (Instruction(1, packets.PING, b""),)
