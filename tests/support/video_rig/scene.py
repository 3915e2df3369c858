"""A camera that is hard to encode: texture, sensor noise, moving boxes.

python -m video_rig.scene RING WIDTH HEIGHT FPS    writes into the ring until its standard input ends
"""

import os
import sys
import threading
import time

import numpy as np

from robot_bridge.wire.frames import FrameRing

PICTURES = 60
BOXES = 6
NOISE = 3.0


def pictures(width: int, height: int) -> list[bytes]:
    """A loop of I420 pictures; the same every time."""
    random = np.random.default_rng(7)
    rough = random.normal(128, 30, (height // 8 + 1, width // 8 + 1))
    texture = np.kron(rough, np.ones((8, 8)))[:height, :width]
    colour = np.full((height // 2, width), 128, np.uint8)
    made = []
    for index in range(PICTURES):
        luma = texture + random.normal(0, NOISE, (height, width))
        for box in range(BOXES):
            phase = 2 * np.pi * (index / PICTURES + box / BOXES)
            x = int((width - 120) * (0.5 + 0.45 * np.cos(phase + box)))
            y = int((height - 80) * (0.5 + 0.45 * np.sin(2 * phase)))
            luma[y : y + 80, x : x + 120] = 40 + 35 * box
        made.append(np.clip(luma, 16, 235).astype(np.uint8).tobytes() + colour.tobytes())
    return made


def main(name: str, width: int, height: int, fps: float) -> None:
    """Captures until standard input ends."""
    loop = pictures(width, height)
    ring = FrameRing.create(name, width, height, os.getpid())
    ending = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ending.set()), daemon=True).start()
    print("up", flush=True)
    due_s, frame_id = time.monotonic(), 0
    while not ending.is_set():
        frame_id += 1
        ring.write(frame_id, time.monotonic_ns(), loop[frame_id % PICTURES])
        due_s += 1 / fps
        ending.wait(max(0.0, due_s - time.monotonic()))
    ring.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
