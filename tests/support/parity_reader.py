"""The other end of the parity packets: a reader written from the draft, that repairs what it can at once."""

from dataclasses import dataclass, field

SEQUENCES = 2**16


@dataclass
class Parity:
    """One parity packet as read: what it protects and the exclusive or of that."""

    sequences: list[int]
    head: int
    body: bytes


def read_parity(payload: bytes, ssrc: int) -> Parity:
    """Reads a flexible parity payload; asserts that it is one over a single source."""
    assert payload[0] & 0xC0 == 0, "a retransmission, or a fixed mask"
    assert payload[8:12] == bytes((1, 0, 0, 0)) and int.from_bytes(payload[12:16], "big") == ssrc
    base, at, mask = int.from_bytes(payload[16:18], "big"), 18, ""
    for size in (2, 4, 8):
        bits = bin(int.from_bytes(payload[at : at + size], "big"))[2:].zfill(8 * size)
        mask, at = mask + bits[1:], at + size
        if bits[0] == "1":
            break
    else:
        raise AssertionError("the mask never ends")
    sequences = [(base + place) % SEQUENCES for place, bit in enumerate(mask) if bit == "1"]
    return Parity(sequences, int.from_bytes(payload[:8], "big"), payload[at:])


@dataclass
class Reader:
    """Keeps what arrived of one source, and recovers what one parity packet lacks."""

    ssrc: int
    packets: dict[int, bytes] = field(default_factory=dict)
    waiting: list[Parity] = field(default_factory=list)

    def take(self, packet: bytes) -> set[int]:
        """Takes a packet of the pictures, with no send time in it; answers the numbers that it repaired."""
        self.packets[int.from_bytes(packet[2:4], "big")] = packet
        return self._repaired()

    def take_parity(self, payload: bytes) -> set[int]:
        """Takes a parity packet's payload; answers the numbers that it repaired."""
        self.waiting.append(read_parity(payload, self.ssrc))
        return self._repaired()

    def _repaired(self) -> set[int]:
        found: set[int] = set()
        again = True
        while again:
            again = False
            for parity in list(self.waiting):
                missing = [one for one in parity.sequences if one not in self.packets]
                if len(missing) > 1:
                    continue
                self.waiting.remove(parity)
                if missing:
                    self.packets[missing[0]] = self._recovered(parity, missing[0])
                    found.add(missing[0])
                    again = True
        return found

    def _recovered(self, parity: Parity, sequence: int) -> bytes:
        head, body = parity.head, int.from_bytes(parity.body, "big")
        for other in parity.sequences:
            if other != sequence:
                packet = self.packets[other]
                length = len(packet) - 12
                head ^= int.from_bytes(packet[:2] + length.to_bytes(2, "big") + packet[4:8], "big")
                body ^= int.from_bytes(packet[12:].ljust(len(parity.body), b"\0"), "big")
        start = head.to_bytes(8, "big")
        length = int.from_bytes(start[2:4], "big")
        first = bytes((start[0] & 0x3F | 0x80, start[1])) + sequence.to_bytes(2, "big") + start[4:8]
        return first + self.ssrc.to_bytes(4, "big") + body.to_bytes(len(parity.body), "big")[:length]
