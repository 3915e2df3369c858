"""What follows the pictures' packets, and what a link's losses leave of the pictures then."""

from collections import Counter
from random import Random

import pytest
from aiortc.rtp import RtpPacket, unwrap_rtx
from hypothesis import given
from hypothesis import strategies as st
from parity_model import PATIENCE, PICTURES_S, lateness
from parity_reader import Reader
from rtp_stamp import read_stamp

from teleop.cell.redundancy import PLANS, Plan
from teleop.cell.repairs import (
    MAX_AGE_TICKS,
    MAX_PACKETS,
    MORE_FOR_FEW,
    Sent,
    Ways,
    after,
    again,
    nothing,
    rows,
)
from teleop.cell.rtp import header_bytes, with_send_time

SSRC, AGAIN, PARITY, TIME_ID = 0xCAFE0001, 0xCAFE0002, 0xCAFE0003, 2
NOTHING = Ways(SSRC, send_time_id=TIME_ID)
BY_PARITY = Ways(SSRC, (109, AGAIN), (49, PARITY), TIME_ID)
BY_COPIES = Ways(SSRC, (109, AGAIN), None, TIME_ID)
TICKS = 3_000
LEFT = b"\x12\x34\x56"


def packet(sequence: int, timestamp: int, ends: bool, random: Random) -> bytes:
    """A packet with a send time, as long as it happens to be."""
    head = bytes((0x90, 0x80 * ends | 108)) + (sequence % 2**16).to_bytes(2, "big")
    head += (timestamp % 2**32).to_bytes(4, "big") + SSRC.to_bytes(4, "big")
    extension = bytes((0xBE, 0xDE, 0, 1, TIME_ID << 4 | 2)) + random.randbytes(3)
    return head + extension + random.randbytes(random.randint(1, 40))


def pictures(sizes, first: int = 65_000, every: int = TICKS, seed: int = 1):
    random, sequence = Random(seed), first
    for number, size in enumerate(sizes):
        yield [packet(sequence + index, number * every, index == size - 1, random) for index in range(size)]
        sequence += size


def send(made, plan: Plan, ways: Ways, sent: Sent | None = None):
    """All that goes out, in order, picture by picture."""
    sent, out = sent or Sent(), []
    for picture in made:
        out.append([])
        for one in picture:
            sent, following = after(sent, one, plan, ways, LEFT, ends_picture=ends(one))
            out[-1] += [one, *following]
    return out


def ends(one: bytes) -> bool:
    return bool(one[1] & 0x80)


def timeless(one: bytes) -> bytes:
    return with_send_time(one, TIME_ID, bytes(3))


def test_a_viewer_whose_browser_takes_nothing_gets_nothing_more():
    made = list(pictures([3, 3, 3]))
    assert send(made, PLANS[-1], NOTHING) == made
    for ways in (BY_PARITY, BY_COPIES):
        assert send(made, PLANS[0], ways) == made


def test_what_went_out_without_repairs_is_not_covered_later():
    made = list(pictures([2, 2]))
    sent, _ = after(Sent(), made[0][0], PLANS[-1], BY_COPIES, LEFT, ends_picture=ends(made[0][0]))
    sent = nothing(sent)
    assert sent == nothing(sent) == Sent()
    assert send(made[1:], PLANS[-1], BY_COPIES, sent) == made[1:]


def test_copies_of_a_picture_follow_the_next_one_as_retransmissions():
    made = list(pictures([2, 3, 1, 1]))
    out = send(made, Plan(9.9, 1), BY_COPIES, Sent(retransmissions=65_534))
    assert [len(one) for one in out] == [2, 3 + 2, 1 + 3, 1 + 1]
    copies = [one for picture, sent in zip(made, out, strict=True) for one in sent[len(picture) :]]
    parsed = [RtpPacket.parse(one) for one in copies]
    assert [one.sequence_number for one in parsed] == [65_534, 65_535, 0, 1, 2, 3]
    assert {(one.ssrc, one.payload_type) for one in parsed} == {(AGAIN, 109)}
    for original, copy in zip([one for picture in made[:3] for one in picture], parsed, strict=True):
        first, again = RtpPacket.parse(original), unwrap_rtx(copy, 108, SSRC)
        assert again.serialize() == first.serialize()
    assert all(one[17:20] == LEFT for one in copies)


def test_two_copies_are_a_picture_apart():
    out = send(pictures([1, 2, 4, 8]), Plan(0, 2), BY_COPIES)
    assert [len(one) for one in out] == [1, 2 + 1, 4 + 1 + 2, 8 + 2 + 4]


def test_nothing_is_sent_for_a_picture_that_is_old():
    out = send(pictures([1, 1, 1], every=MAX_AGE_TICKS + 1), Plan(0, 2), BY_COPIES)
    assert [len(one) for one in out] == [1, 1, 1]
    out = send(pictures([1, 1, 1], every=MAX_AGE_TICKS), Plan(0, 2), BY_COPIES)
    assert [len(one) for one in out] == [1, 2, 2]


def test_what_is_sent_again_is_numbered_among_the_copies():
    made = list(pictures([1, 1]))
    sent, _ = after(Sent(), made[0][0], Plan(0, 1), BY_COPIES, LEFT, ends_picture=True)
    lost = packet(777, 0, False, Random(1))
    sent, ours = again(sent, lost, BY_COPIES, LEFT)
    assert (
        ours[2:4] == b"\0\0" and ours[17:20] == LEFT and ours[20:22] == lost[2:4] and ours[22:] == lost[20:]
    )
    sent, copies = after(sent, made[1][0], Plan(0, 1), BY_COPIES, LEFT, ends_picture=True)
    assert copies[0][2:4] == b"\0\1"
    assert again(Sent(retransmissions=65_535), lost, BY_COPIES, LEFT)[0].retransmissions == 0


def test_a_browser_without_a_source_for_it_gets_the_packet_itself_again():
    lost = packet(777, 0, False, Random(1))
    assert again(Sent(), lost, NOTHING, LEFT) == (Sent(), with_send_time(lost, TIME_ID, LEFT))


def parities(out) -> list[bytes]:
    return [one for picture in out for one in picture if read_stamp(one).ssrc == PARITY]


def test_parity_packets_are_as_many_as_the_plan_says_in_the_mean():
    for plan in PLANS:
        out = send(pictures([5, 1, 3, 7, 2] * 20), plan, BY_PARITY)
        assert len(parities(out)) == pytest.approx(plan.parity * (18 + 3 * MORE_FOR_FEW) * 20, abs=2)


def test_parity_packets_are_numbered_and_timed_as_a_stream_of_their_own():
    out = parities(send(pictures([4] * 4), Plan(0.5, 0), BY_PARITY, Sent(parities=65_533)))
    assert [int.from_bytes(one[2:4], "big") for one in out] == [65_533, 65_534, 65_535, 0, 1, 2, 3, 4]
    assert [read_stamp(one).timestamp for one in out] == [n // 2 * TICKS for n in range(8)]
    assert all(one[16] == TIME_ID << 4 | 2 and one[17:20] == LEFT for one in out)
    assert {one[1] for one in out} == {49}


def test_without_a_send_time_parity_has_a_plain_header():
    ways = Ways(SSRC, None, (49, PARITY))
    made = list(pictures([2]))
    (one,) = parities(send(made, Plan(0.5, 0), ways))
    assert one[0] == 0x80 and header_bytes(one) == 12
    reader = Reader(SSRC)
    reader.take(made[0][0])
    reader.take_parity(one[12:])
    assert reader.packets[65_001] == made[0][1]


def test_a_picture_of_many_packets_is_protected_in_parts():
    out = send(pictures([3 * MAX_PACKETS + 1]), Plan(0.25, 0), BY_PARITY)
    ours = [number for number, one in enumerate(out[0]) if read_stamp(one).ssrc == PARITY]
    assert len(ours) == (3 * MAX_PACKETS + 1) // 4
    assert ours[0] == MAX_PACKETS and ours[10] == 2 * MAX_PACKETS + 10


@given(sizes=st.lists(st.integers(1, 40), min_size=1, max_size=3), count=st.integers(1, 60))
def test_every_packet_is_in_exactly_one_row(sizes, count):
    covered = [index for row in rows(tuple(sizes), count) for index in row]
    assert sorted(covered) == list(range(sum(sizes)))
    assert all(list(row) == sorted(row) for row in rows(tuple(sizes), count))


@given(size=st.integers(1, 36), count=st.integers(6, 12))
def test_two_packets_that_share_a_row_share_none_a_picture_later(size, count):
    def row(index: int, sizes: tuple[int, ...]) -> int:
        return next(number for number, one in enumerate(rows(sizes, count)) if index in one)

    once = {index: row(index, (size,)) for index in range(size)}
    later = {index: row(index, (size, count)) for index in range(size)}
    pairs = [(a, b) for a in range(size) for b in range(a) if once[a] == once[b]]
    assert all(later[a] != later[b] for a, b in pairs)


@pytest.mark.parametrize(("plan", "loss", "most_late", "most_missing"), [(3, 0.02, 5, 0), (4, 0.05, 60, 2)])
def test_what_a_lossy_link_leaves_is_whole_and_seldom_late(plan, loss, most_late, most_missing):
    """Of 1,500 pictures of five packets: incomplete when they were sent, and 100 ms after that."""
    random, reader, late, missing = Random(5), Reader(SSRC), 0, 0
    made = list(pictures([5] * 1_500))
    wanted: list[set[int]] = []
    for picture, out in zip(made, send(made, PLANS[plan], BY_PARITY), strict=True):
        for one in out:
            if random.random() < loss:
                continue
            if read_stamp(one).ssrc == SSRC:
                reader.take(timeless(one))
            else:
                reader.take_parity(one[header_bytes(one) :])
        reader.waiting = reader.waiting[-48:]
        wanted.append({int.from_bytes(one[2:4], "big") for one in picture})
        late += not wanted[-1] <= reader.packets.keys()
        missing += not wanted[max(0, len(wanted) - 4)] <= reader.packets.keys()
    assert late <= most_late and missing <= most_missing
    originals = {int.from_bytes(one[2:4], "big"): timeless(one) for picture in made for one in picture}
    assert all(originals[sequence] == one for sequence, one in reader.packets.items())


def test_across_an_ocean_hours_pass_before_a_packet_must_be_asked_for():
    """Forty minutes: whole within four pictures, which is no gap over 170 ms; asking takes 230 and more."""
    late = sum((lateness(PLANS[3].parity, 0.02, 1_200, seed) for seed in range(2)), Counter[int]())
    assert late[0] > 7_000 and max(late) < 5 and late[1] < 0.005 * 2_400 * PICTURES_S


def test_pictures_of_one_packet_need_not_be_asked_for_either():
    assert max(lateness(PLANS[3].parity, 0.02, 1_200, 1, (1,))) < 5


def test_half_the_parity_is_not_enough_there():
    assert max(lateness(PLANS[1].parity, 0.02, 300, 1)) == PATIENCE
