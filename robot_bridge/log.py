"""Lines to standard error from a thread of their own, so that a full pipe never delays a tick."""

import json
import queue
import sys
import threading


class Log:
    """One JSON object per line; `say` never blocks."""

    def __init__(self) -> None:
        """Starts the writing thread."""
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="log", daemon=True)
        self._thread.start()

    def say(self, event: str, **fields: object) -> None:
        """Queues one line."""
        self._lines.put(json.dumps({"process": "bridge", "event": event, **fields}, ensure_ascii=False))

    def close(self) -> None:
        """Writes what is queued and ends; waits for a full pipe at most a second."""
        self._lines.put(None)
        self._thread.join(timeout=1.0)

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            sys.stderr.write(line + "\n")
            sys.stderr.flush()
