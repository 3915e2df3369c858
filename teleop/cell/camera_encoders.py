"""The encoders that one camera has open: made when somebody needs them, gone when nobody does."""

from robot_bridge.wire.frames import Frame
from teleop.cell.encoder import PictureEncoder, open_encoder
from teleop.cell.quality import Encoding, Size, Use


class CameraEncoders:
    """Opens, adjusts and closes encoders; used by the camera's thread only."""

    def __init__(self) -> None:
        """Nothing is open."""
        self._open: dict[Use, tuple[Encoding, PictureEncoder]] = {}

    def keep(self, wanted: tuple[Encoding, ...]) -> None:
        """Closes those that are not wanted any more."""
        uses = {one.use for one in wanted}
        self._open = {use: kept for use, kept in self._open.items() if use in uses}

    def forget(self, use: Use) -> None:
        """Closes one that failed."""
        self._open.pop(use, None)

    def encode(
        self, wanted: Encoding, source: Size, frame: Frame, pts: int, keyframe: bool
    ) -> tuple[bytes, bool]:
        """One picture and whether it is a keyframe; raises av.error.FFmpegError.

        A change of size, or viewers that come over from another encoder, begin with a keyframe.
        """
        before, encoder = self._open.get(wanted.use, (None, None))
        if before is None or encoder is None or before.size != wanted.size:
            changing = wanted.use != "full"
            encoder = open_encoder(
                wanted.codec, source, wanted.size, wanted.bit_s, wanted.pictures_s, changing
            )
            keyframe = True
        elif before != wanted:
            encoder.set_rate(wanted.bit_s, wanted.pictures_s)
            keyframe = keyframe or (wanted.live and not before.live)
        self._open[wanted.use] = (wanted, encoder)
        return encoder.encode(frame, pts, keyframe)
