"""A rosbridge client that only subscribes: when a server that came back tells anybody anything at all."""

import json
import threading
import time

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

_RETRY_S = 0.005
_PATIENCE_S = 20.0


class PlainSubscriber:
    """Dials until it is let in, subscribes to joint states, and notes when the first one came."""

    def __init__(self, url: str, topic: str) -> None:
        """Begins at once."""
        self._url, self._topic = url, topic
        self._at_s: float | None = None
        self._thread = threading.Thread(target=self._run, name="plain-subscriber", daemon=True)
        self._thread.start()

    def first_s(self) -> float:
        """When the first joint states came, on the monotonic clock; raises TimeoutError without any."""
        self._thread.join(_PATIENCE_S + 1.0)
        if self._at_s is None:
            raise TimeoutError("the server told nobody of joint states")
        return self._at_s

    def _run(self) -> None:
        ends = time.monotonic() + _PATIENCE_S
        while self._at_s is None and time.monotonic() < ends:
            try:
                self._listen(ends - time.monotonic())
            except (OSError, TimeoutError, WebSocketException):
                time.sleep(_RETRY_S)

    def _listen(self, patience_s: float) -> None:
        order = {"op": "subscribe", "topic": self._topic, "type": "sensor_msgs/msg/JointState"}
        with connect(self._url, proxy=None, compression=None) as connection:
            connection.send(json.dumps(order))
            connection.recv(patience_s)
            self._at_s = time.monotonic()
