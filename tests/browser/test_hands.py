"""The same game with other hands: a gamepad, and clicks on a piece and a slot."""

import pytest
from armcade_process import Armcade
from browser_player import FAKE_PAD, BrowserPlayer, GamepadPlayer, wait
from evidence import rows, wait_for_file
from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
FAR_LEFT, FAR_MIDDLE = (0.27, 0.09), (0.27, 0.0)


def test_gamepad_moves_a_piece(armcade: Armcade, browser: Browser, player: BrowserPlayer) -> None:
    before = len(armcade.episodes)
    player.page.add_init_script(FAKE_PAD)
    hands = GamepadPlayer(player.page, player.url, player.pictures)
    hands.open()
    hands.take_turn("sort_colours", "Pad")
    hands.begin()
    hands.pick_and_place("red", FAR_LEFT)
    wait(lambda: hands.snapshot()["filled"] == 1, 10, "the referee sees the piece in its slot")
    hands.give_back()
    episode = wait_for_file(armcade.home / "episodes", before + 1)[-1]
    devices = {row["device"] for row in rows(armcade.episodes[-1], "/input") if row["stick"]}
    assert "gamepad" in devices
    assert "keyboard" not in devices
    assert episode.exists()


def test_a_gamepad_that_goes_away_holds_the_arm(armcade: Armcade, player: BrowserPlayer) -> None:
    player.page.add_init_script(FAKE_PAD)
    hands = GamepadPlayer(player.page, player.url, player.pictures)
    hands.open()
    hands.take_turn("sort_colours", "Pad2")
    hands.begin()
    hands.move_ghost(z_m=0.1)
    player.page.evaluate("() => { window.__pad.connected = false; }")
    wait(lambda: hands.snapshot()["mode"] == "hold", 5, "the arm holds")
    hands.shoot("play_hold")
    hands.give_back()


def ask_for_move(player: BrowserPlayer, slot: tuple[float, float]) -> str:
    """Clicks the yellow piece and a slot; answers how the move ended."""
    player.steady()
    yellow = player.piece("yellow")
    player.click_at((yellow["x_m"], yellow["y_m"], yellow["z_m"] + 0.015))
    player.shoot("play_piece_chosen")
    # A picture stops the page for longer than silence may last: none is taken while the arm moves.
    player.steady()
    last = player.snapshot()["toldMoveId"]
    player.click_at((*slot, 0.0))
    wait(lambda: player.snapshot()["toldMoveId"] != last, 20, "the move begins")
    wait(lambda: player.snapshot()["moveStatus"] not in ("started", None), 40, "the move ends")
    return str(player.snapshot()["moveStatus"])


def test_clicking_a_piece_and_a_slot_moves_it(armcade: Armcade, player: BrowserPlayer) -> None:
    player.open()
    player.take_turn("sort_colours", "Clicks")
    player.begin()
    yellow = player.piece("yellow")
    started_at = (yellow["x_m"], yellow["y_m"])
    for _ in range(5):
        # A hold, which a busy machine brings, cancels the move; a person clicks again. A piece that was
        # put down before the arm was held on its way up goes back first, or there were nothing to move.
        slot = started_at if player.snapshot()["filled"] == 1 else FAR_MIDDLE
        if ask_for_move(player, slot) == "done" and slot == FAR_MIDDLE:
            break
    assert player.snapshot()["moveStatus"] == "done"
    wait(lambda: player.snapshot()["filled"] == 1, 10, "the referee sees the piece in its slot")
    player.give_back()


def test_any_key_cancels_a_puzzle_move(armcade: Armcade, player: BrowserPlayer) -> None:
    player.open()
    player.take_turn("sort_colours", "Cancels")
    player.begin()
    yellow = player.piece("yellow")
    player.click_at((yellow["x_m"], yellow["y_m"], yellow["z_m"] + 0.015))
    player.click_at((*FAR_MIDDLE, 0.0))
    wait(lambda: player.snapshot()["moveId"] is not None, 20, "the move begins")
    player.page.keyboard.down("KeyE")
    wait(lambda: player.snapshot()["moveStatus"] == "cancelled", 20, "the move is cancelled")
    player.page.keyboard.up("KeyE")
    player.give_back()
