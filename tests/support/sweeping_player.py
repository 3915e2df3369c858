"""`python sweeping_player.py URL`: a player in a process of its own who sweeps the arm from side to side.

Prints `sweeping` once the arm follows. After a hold it lets go and starts anew, as a person does; a test
kills it, or stops it with a signal, while the arm moves.
"""

import asyncio
import sys

from msgspec.structs import replace
from wire_player import CONTROL_PERIOD_S, WirePlayer, player_at

REACH_M = 0.08
SPEED_M_S = 0.1


async def sweep(player: WirePlayer) -> None:
    """Moves the ghost along y, to and fro, whenever the arm follows."""
    way = SPEED_M_S * CONTROL_PERIOD_S
    while True:
        await asyncio.sleep(CONTROL_PERIOD_S)
        state, ghost = player.state, player.ghost
        if state is None or ghost is None:
            continue
        if state.mode != "play":
            player.stick = False
            continue
        player.stick = True
        if abs(ghost.y_m + way) > REACH_M and ghost.y_m * way > 0.0:
            way = -way
        player.ghost = replace(ghost, y_m=ghost.y_m + way)


async def main(url: str) -> None:
    """Plays one turn until killed."""
    async with player_at(url) as player:
        await player.ready()
        print("sweeping", flush=True)
        await sweep(player)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
