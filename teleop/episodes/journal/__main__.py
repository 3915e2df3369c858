"""Makes the episode of one journal in a process of its own, which gives way to everything else.

python -m teleop.episodes.journal <episode_id>.journal
Prints what was made as JSON. The exit code is 1 when there is none; the journal or its bytes are kept.
"""

import os
import sys
from pathlib import Path

import msgspec

from teleop.episodes.journal.compaction import compact
from teleop.episodes.journal.file import final_path

NICENESS = 10


def main() -> int:
    """Makes the episode of the journal that the command line names, and waits for who holds it."""
    os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
    journal = Path(sys.argv[1])
    try:
        made = compact(journal, final_path(journal), wait=True)
    except OSError as error:
        sys.stderr.write(f"{journal.name} waits for recovery: {error}\n")
        return 1
    if made is None or made.sealed is None:
        sys.stderr.write(f"{journal.name}: {'in other hands' if made is None else made.note}\n")
        return 1
    sealed = made.sealed
    told = {"episode_id": sealed.episode_id, "sha256": sealed.sha256, "bytes": sealed.bytes}
    sys.stdout.buffer.write(msgspec.json.encode(told))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
