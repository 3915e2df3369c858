"""Tasks for worker processes, in a module that they can import."""

import os
from collections.abc import Callable


def squared(task: int, on_picture: Callable[[], None]) -> int:
    """Counts a picture and gives the square."""
    on_picture()
    return task * task


def impossible(task: int, _: Callable[[], None]) -> int:
    """Fails as a full disk does."""
    raise OSError(28, "No space left on device", str(task))


def deadly(task: int, _: Callable[[], None]) -> int:
    """Ends its process as a kill does."""
    os._exit(task)


def endless(task: int, on_picture: Callable[[], None]) -> int:
    """Task 0 fails, the others work until nobody wants them any more."""
    if task == 0:
        raise OSError(28, "No space left on device")
    while True:
        on_picture()
