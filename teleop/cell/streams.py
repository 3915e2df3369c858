"""Encoded pictures and those who receive them: encoded once, however many watch."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from teleop.cell.frame_map import FrameMap, SeenPicture
from teleop.cell.quality import Codec, Size

MAX_BACKLOG = 6


@dataclass(frozen=True, slots=True)
class EncodedPicture:
    """One picture: an H.264 access unit as Annex B, or a VP8 frame; `pts` is its media time in 1/90000 s.

    `live` ones go to viewers, `recorded` ones may go into an episode. `size` is what was encoded.
    """

    frame_id: int
    capture_ns: int
    encoded_ns: int
    keyframe: bool
    pts: int
    data: bytes
    codec: Codec = "h264"
    live: bool = True
    recorded: bool = True
    encode_begun_ns: int | None = None
    size: Size = Size(0, 0)


class Subscription:
    """One receiver's pictures; begins with a keyframe, and after falling behind begins anew."""

    def __init__(self, stream: "PictureStream", codec: Codec) -> None:
        """Made by PictureStream.subscribe."""
        self.codec: Codec = codec
        self._stream = stream
        self._pictures: deque[EncodedPicture] = deque()
        self._arrived = asyncio.Event()
        self._waits_for_keyframe = True
        self._glimpses = False
        self.paused = False

    @property
    def needs_pictures(self) -> bool:
        """Whether it would take a picture now."""
        return not self.paused or self._glimpses

    async def next(self) -> EncodedPicture:
        """The next picture to send, in order."""
        while not self._pictures:
            self._arrived.clear()
            await self._arrived.wait()
        return self._pictures.popleft()

    def push(self, picture: EncodedPicture) -> None:
        """Adds a picture; a receiver that is six pictures behind loses them and gets a keyframe."""
        if picture.codec != self.codec or (self.paused and not (self._glimpses and picture.keyframe)):
            return
        self._glimpses = False
        if len(self._pictures) >= MAX_BACKLOG:
            self._pictures.clear()
            self._waits_for_keyframe = True
            self._stream.want_keyframe()
        if self._waits_for_keyframe and not picture.keyframe:
            return
        self._waits_for_keyframe = False
        self._pictures.append(picture)
        self._arrived.set()

    def pause(self, paused: bool) -> None:
        """Receives nothing while paused, and begins anew with a keyframe after that."""
        if self.paused and not paused:
            self._waits_for_keyframe = True
            self._stream.want_keyframe()
        self.paused = paused

    def glimpse(self) -> None:
        """Receives one keyframe although it is paused."""
        self._glimpses = self.paused
        self._stream.want_keyframe()

    def close(self) -> None:
        """Stops receiving."""
        self._stream.forget(self)


class PictureStream:
    """One camera's encoded pictures, handed to every subscription on the event loop."""

    def __init__(self, camera: str, want_keyframe: Callable[[], None]) -> None:
        """`want_keyframe` asks the encoder, which limits the rate."""
        self.camera = camera
        self.frames = FrameMap()
        self.want_keyframe = want_keyframe
        self._subscriptions: list[Subscription] = []

    @property
    def codecs(self) -> frozenset[Codec]:
        """What those who receive these pictures now can decode; empty when nobody does."""
        return frozenset(one.codec for one in self._subscriptions if one.needs_pictures)

    @property
    def watched(self) -> bool:
        """Whether anybody receives these pictures."""
        return bool(self.codecs)

    def subscribe(self, codec: Codec = "h264") -> Subscription:
        """Begins a subscription and asks for the keyframe that it begins with."""
        subscription = Subscription(self, codec)
        self._subscriptions.append(subscription)
        self.want_keyframe()
        return subscription

    def forget(self, subscription: Subscription) -> None:
        """Ends a subscription; forgetting it twice is allowed."""
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)

    def publish(self, picture: EncodedPicture) -> None:
        """Gives a live picture to everyone who decodes its codec."""
        self.frames.add(picture.pts, SeenPicture(picture.frame_id, picture.capture_ns))
        for subscription in self._subscriptions:
            subscription.push(picture)
