"""A camera for tests that draws each picture's id into its corner, as blocks that survive compression.

Sixteen bits of the id and eight to check them, row by row; web_client/test/seen/code.ts reads them.
"""

import os
import threading
import time

import numpy as np

from robot_bridge.wire.frames import FrameRing

WIDTH, HEIGHT, FPS = 640, 480, 30.0
BLOCK, COLUMNS, ROWS = 40, 6, 4
BLACK, WHITE = 16, 235
ID_MODULUS = 2**16
BOX = 80


def bits(frame_id: int) -> tuple[int, ...]:
    """The blocks of an id, 1 for white."""
    shown = frame_id % ID_MODULUS
    word = shown << 8 | (shown * 157 + 91) % 251
    return tuple(word >> place & 1 for place in reversed(range(COLUMNS * ROWS)))


class CodedCamera(threading.Thread):
    """Writes pictures into a ring, thirty a second, until `close`; while `frozen` it is silent."""

    def __init__(self, ring: str) -> None:
        """Makes the ring; raises OSError when there is no memory for it."""
        super().__init__(name="coded-camera", daemon=True)
        self.frozen = False
        self._ring = FrameRing.create(ring, WIDTH, HEIGHT, os.getpid())
        self._ending = threading.Event()
        rough = np.random.default_rng(7).normal(128, 30, (HEIGHT // 8, WIDTH // 8))
        self._texture = np.clip(np.kron(rough, np.ones((8, 8))), BLACK, WHITE).astype(np.uint8)
        self._colour = np.full(WIDTH * HEIGHT // 2, 128, np.uint8).tobytes()

    def run(self) -> None:
        """Captures."""
        due_s, frame_id = time.monotonic(), 0
        while not self._ending.is_set():
            if not self.frozen:
                frame_id += 1
                self._ring.write(frame_id, time.monotonic_ns(), self._drawn(frame_id))
            due_s += 1 / FPS
            self._ending.wait(max(0.0, due_s - time.monotonic()))
        self._ring.close()

    def close(self) -> None:
        """Ends and waits for the end."""
        self._ending.set()
        self.join()

    def _drawn(self, frame_id: int) -> bytes:
        luma = self._texture.copy()
        for at, bit in enumerate(bits(frame_id)):
            row, column = divmod(at, COLUMNS)
            top, left = row * BLOCK, column * BLOCK
            luma[top : top + BLOCK, left : left + BLOCK] = WHITE if bit else BLACK
        x = 7 * frame_id % (WIDTH - BOX)
        luma[HEIGHT - 2 * BOX : HEIGHT - BOX, x : x + BOX] = 200
        return luma.tobytes() + self._colour
