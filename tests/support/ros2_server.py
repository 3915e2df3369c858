"""A rosbridge server that is not ours, on ROS 2's own libraries, as `scripts/ros_env.py` unpacks them."""

import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

ENVIRONMENT = Path(__file__).resolve().parents[2] / ".venv-ros"
SERVER = ENVIRONMENT / "rosbridge_server"
LOOPBACK = Path(__file__).resolve().parent / "fastdds_arm" / "loopback.xml"


def missing() -> str:
    """What to do where the server is not there, or nothing."""
    return "" if SERVER.exists() else "needs ROS 2's libraries: python scripts/ros_env.py (x86-64 alone)"


class Ros2Server:
    """One server process: `rosbridge_server_rs` over rcl and rmw_fastrtps, on the loopback."""

    def __init__(self, port: int, domain: int) -> None:
        """Returns once it listens on the port; raises RuntimeError when it does not within 15 s."""
        self._logs = tempfile.TemporaryDirectory(prefix="armcade-ros-log-")
        surroundings = {
            "LD_LIBRARY_PATH": str(ENVIRONMENT / "lib"),
            "AMENT_PREFIX_PATH": str(ENVIRONMENT),
            "ROS_DISTRO": "jazzy",
            "ROS_DOMAIN_ID": str(domain),
            "ROS_AUTOMATIC_DISCOVERY_RANGE": "SYSTEM_DEFAULT",
            "ROS_LOG_DIR": self._logs.name,
            "FASTRTPS_DEFAULT_PROFILES_FILE": str(LOOPBACK),
        }
        self.process = subprocess.Popen(
            [SERVER, "--bind", f"127.0.0.1:{port}", "--no-rosapi"],
            env=os.environ | surroundings,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._await(port)

    def freeze(self, frozen: bool) -> None:
        """Stops the whole process, or lets it go on."""
        self.process.send_signal(signal.SIGSTOP if frozen else signal.SIGCONT)

    def kill(self) -> None:
        """Ends it without a goodbye; a second call does nothing."""
        self.process.kill()
        self.process.wait()
        self._logs.cleanup()

    def _await(self, port: int) -> None:
        ends = time.monotonic() + 15
        while time.monotonic() < ends and self.process.poll() is None:
            with socket.socket() as plug:
                if plug.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.01)
        self.kill()
        raise RuntimeError("the rosbridge server on ROS 2 does not listen")
