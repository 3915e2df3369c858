"""Has sealed episodes signed, by a process of its own: hashing must not keep the arm's loop waiting."""

import asyncio
import sys
from pathlib import Path

import structlog

from teleop.cell.config import CellConfig
from teleop.lineage.notary import unsigned

LOOK_S = 2.0
KEY_FILE = "episode_key.pem"
_log = structlog.get_logger()


class Signing:
    """Watches the folder of episodes, and starts the notary when there is something to sign."""

    def __init__(self, config: CellConfig) -> None:
        """Nothing is read before `run`."""
        self._folder = Path(config.cell.episodes_dir)
        self._command = command(config)
        self._seen_ns = 0
        self._refused: frozenset[Path] = frozenset()

    async def run(self) -> None:
        """Looks every two seconds, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Has everything signed that is new since the last look."""
        try:
            changed_ns = self._folder.stat().st_mtime_ns
            if changed_ns == self._seen_ns:
                return
            self._seen_ns = changed_ns
            if set(await asyncio.to_thread(unsigned, self._folder)) <= self._refused:
                return
            await self._sign()
            self._refused = frozenset(await asyncio.to_thread(unsigned, self._folder))
        except OSError as error:
            _log.error("episodes_not_signed", error=str(error))

    async def _sign(self) -> None:
        pipe = asyncio.subprocess.PIPE
        notary = await asyncio.create_subprocess_exec(*self._command, stderr=pipe)
        try:
            _, said = await notary.communicate()
        finally:
            if notary.returncode is None:
                notary.terminate()
                await notary.wait()
        if notary.returncode:
            _log.error("episodes_not_signed", error=said.decode(errors="replace").strip())


def command(config: CellConfig) -> tuple[str, ...]:
    """How the notary of this cell is started."""
    cell = config.cell
    words = [sys.executable, "-m", "teleop.lineage.notary", cell.episodes_dir, "--cell", cell.id]
    words += ["--key", str(Path(cell.state_dir) / KEY_FILE), "--calibration", config.arm.calibration]
    if config.path is not None:
        words += ["--configuration", str(config.path)]
    return tuple(words)
