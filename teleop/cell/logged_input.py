"""What an episode keeps of a message that was let through to move the arm. Pure."""

from teleop.cell.frame_map import Sighting
from teleop.cell.gates import Admitted
from teleop.episodes.format import Input
from teleop.wire.player_in import Control


def input_of(
    control: Control,
    verdict: Admitted,
    seen: Sighting | None,
    at_ns: tuple[int, int],
    move_id: int | None,
) -> Input:
    """The message with the clock and the picture that it belongs to; `seen` is None where none is known.

    `at_ns` is when the message arrived and when it was judged, `move_id` the puzzle move that goes on.
    """
    told = control.seen
    return Input(
        t_ns=at_ns[1],
        sequence=control.sequence,
        client_us=control.client_us,
        offset_ns=verdict.clock.offset_ns,
        offset_error_ns=verdict.clock.error_ns,
        device=control.device,
        hold_to_run=control.hold_to_run,
        stick=control.stick,
        pose=control.pose,
        seen_camera=None if told is None else told.camera,
        seen_frame_id=None if seen is None else seen.picture.frame_id,
        seen_error_frames=None if seen is None else seen.error_frames,
        seen_error_ns=None if seen is None else seen.error_ns,
        received_ns=min(at_ns),
        echo_ns=control.echo_ns,
        velocity=control.velocity,
        speed_scale=verdict.speed_scale,
        slowed=verdict.slowed,
        move_id=move_id,
        seen_displayed_us=None if told is None else told.displayed_us or None,
        seen_displayed_ns=None if told is None else _here_ns(told.displayed_us, verdict.clock.offset_ns),
    )


def _here_ns(page_us: int, offset_ns: int) -> int | None:
    """A moment of the page's clock on ours; None for one that is unknown (0) or cannot be."""
    here_ns = page_us * 1000 + offset_ns
    return here_ns if page_us and 0 <= here_ns <= 2**62 else None
