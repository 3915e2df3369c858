"""A client of a rosbridge server that is not ours: roslibpy, as a process.

    roslibpy_client.py PORT

Orders come by standard input, a line of JSON answers each: `advertise TOPIC TYPE`, `publish TOPIC MESSAGE`,
`unadvertise TOPIC`, `subscribe TOPIC TYPE THROTTLE_MS QUEUE_LENGTH`, `unsubscribe TOPIC`, and `heard TOPIC`,
which tells how many messages came since it was last asked, and the newest. It ends with its standard input.
"""

import json
import sys
from typing import Any

import roslibpy


class Client:
    """One connection and its topics, by name."""

    def __init__(self, port: int) -> None:
        """Returns once connected; raises RosTimeoutError after ten seconds."""
        self.ros = roslibpy.Ros("127.0.0.1", port, transport="asyncio")
        self.ros.run()
        self.topics: dict[str, Any] = {}
        self.heard: dict[str, list[Any]] = {}

    def obey(self, order: str, topic: str, words: str) -> dict[str, Any]:
        """Carries out one order."""
        match order:
            case "advertise":
                self.topics[topic] = roslibpy.Topic(self.ros, topic, words)
                self.topics[topic].advertise()
            case "publish":
                self.topics[topic].publish(roslibpy.Message(json.loads(words)))
            case "unadvertise":
                self.topics.pop(topic).unadvertise()
            case "subscribe":
                name, throttle_ms, length = words.split()
                pace = {"throttle_rate": int(throttle_ms), "queue_length": int(length)}
                self.topics[topic] = roslibpy.Topic(self.ros, topic, name, **pace)
                self.heard[topic] = []
                self.topics[topic].subscribe(self.heard[topic].append)
            case "unsubscribe":
                self.topics.pop(topic).unsubscribe()
            case _:
                return self.tell(topic)
        return {}

    def tell(self, topic: str) -> dict[str, Any]:
        """What came on a topic since the last time."""
        came = list(self.heard[topic])
        del self.heard[topic][: len(came)]
        return {"count": len(came), "newest": dict(came[-1]) if came else None}


def main() -> None:
    """Serves until standard input ends."""
    client = Client(int(sys.argv[1]))
    print("{}", flush=True)
    for line in sys.stdin:
        order, topic, words = [*line.rstrip("\n").split(" ", 2), ""][:3]
        print(json.dumps(client.obey(order, topic, words)), flush=True)
    client.ros.terminate()


if __name__ == "__main__":
    main()
