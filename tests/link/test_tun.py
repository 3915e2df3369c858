"""Two processes in namespaces of their own meet only through the link, and nothing stays behind."""

import asyncio
import json
import os
import signal
import sys

import pytest
from link.course import Conditions, steady
from link.tun import NAMESPACES, PREFIX, missing, tun_link

pytestmark = [pytest.mark.system]

ECHO = """
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("10.77.0.2", 9000))
print("up", flush=True)
while True:
    data, who = s.recvfrom(2000)
    s.sendto(data, who)
"""
ASK = """
import json, socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(10)
took, lost = [], 0
for i in range(60):
    begun = time.monotonic()
    s.sendto(i.to_bytes(2, "big") + bytes(500), ("10.77.0.2", 9000))
    try:
        while int.from_bytes(s.recv(2000)[:2], "big") != i:
            pass
        took.append(time.monotonic() - begun)
    except TimeoutError:
        lost += 1
print(json.dumps({"took": took, "lost": lost}))
"""


def left_behind() -> list[str]:
    return [path.name for path in NAMESPACES.glob(f"{PREFIX}-{os.getpid()}-*")]


@pytest.fixture
def namespaces():
    why_not = missing()
    if why_not is not None:
        pytest.skip(f"{why_not}; the relay is tested in its place (test_relay.py)")


async def test_a_round_trip_takes_both_delays_and_the_record_agrees(namespaces):
    there, back = Conditions(delay_s=0.015, jitter_s=0.003), Conditions(delay_s=0.005)
    async with tun_link(steady(there), steady(back)) as link:
        pipe = asyncio.subprocess.PIPE
        far = await asyncio.create_subprocess_exec(*link.far.prefix, sys.executable, "-c", ECHO, stdout=pipe)
        try:
            await far.stdout.readline()
            near = await asyncio.create_subprocess_exec(
                *link.near.prefix, sys.executable, "-c", ASK, stdout=pipe
            )
            said, _ = await near.communicate()
        finally:
            far.send_signal(signal.SIGTERM)
            await far.communicate()
    answer = json.loads(said)
    assert answer["lost"] == 0 and min(answer["took"]) >= 0.017
    assert link.there.record.packets >= 60 and link.back.record.packets >= 60
    assert link.there.record.delay_ms(0.1) >= 12 and link.back.record.delay_ms(0.1) >= 5
    assert left_behind() == []


async def test_a_failure_inside_leaves_no_namespace(namespaces):
    quiet = steady(Conditions())
    with pytest.raises(RuntimeError, match="inside"):
        async with tun_link(quiet, quiet):
            assert len(left_behind()) == 2
            raise RuntimeError("inside")
    assert left_behind() == []
