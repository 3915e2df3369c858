"""One contributor of twenty withdraws from a data set: what goes, what stays the same bit for bit, how fast.

`python tests/bench/withdrawal.py [--gigabytes 1] [--rounds 3]`. The data set has the exporter's layout: two
cameras, 200 MB a video file, a row group an episode, contributors in turn. Pictures are random bytes behind
NAL headers, since packets are copied and never opened; episodes of five seconds. Every file's SHA-256
is in the data set's list, so hashing what changed is in the times too. Exit code 1 when a bar is missed.
"""

import argparse
import hashlib
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from episode_hashes import episode_hashes
from large_dataset import CONTRIBUTORS, make_dataset
from promises import Promise, at_least, at_most, exit_code

from teleop.episodes.exporting.rows import episode_uid
from teleop.lineage.files import exchange
from teleop.lineage.lerobot_dataset import holds, write_without


def tree_bytes(root: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in root.rglob("*") if path.is_file())


def wrong_sums(root: Path) -> int:
    """How many files of a data set are not what its list of checksums says."""
    lines = (line.split("  ", 1) for line in (root / "SHA256SUMS").read_text(encoding="utf-8").splitlines())
    return sum(hashlib.sha256((root / name).read_bytes()).hexdigest() != digest for digest, name in lines)


def main() -> int:
    """Prints set-up and figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="armcade-withdrawal-", dir=Path.cwd()) as folder:
        root, aside = Path(folder) / "dataset", Path(folder) / "aside"
        owners = make_dataset(root, arguments.gigabytes * 1e9)
        size = tree_bytes(root)
        theirs = [episode for episode, owner in owners.items() if owner == 7]
        print(f"set-up: {len(owners)} episodes of {CONTRIBUTORS} people, two cameras, {size / 1e9:.2f} GB")
        print(f"one contributor with {len(theirs)} episodes withdraws; the disk's fsync is in the times")
        wall, processor = [], []
        for _ in range(arguments.rounds):
            shutil.rmtree(aside, ignore_errors=True)
            os.sync()
            began, worked = time.perf_counter(), time.process_time()
            write_without(root, holds(root, theirs).wanted, aside)
            wall.append((time.perf_counter() - began) / (size / 1e9))
            processor.append((time.process_time() - worked) / (size / 1e9))
        before, after = episode_hashes(root), episode_hashes(aside)
        kept = {episode_uid(one) for one in owners if one not in theirs}
        lost = len(set(before) - set(after))
        began = time.perf_counter()
        exchange(root, aside)
        swapped = time.perf_counter() - began
        same = sum(before[one] == after.get(one) for one in kept)
        print(f"over-deletion: {lost / len(theirs):.3f}x ({lost} gone, {len(theirs)} asked for)")
        print(f"bit-identical: {same} of {len(kept)} other episodes (rows and packets)")
        print(f"left of the contributor: {len(set(after) - kept)} episodes")
        for name, values in (("wall", wall), ("processor", processor)):
            middle, p95, p99 = np.percentile(values, (50, 95, 99))
            print(f"{name} s per GB: median {middle:.2f}, p95 {p95:.2f}, p99 {p99:.2f}")
        wrong = wrong_sums(root)
        print(f"checksums: {wrong} of the new list are wrong")
        print(f"swap of old and new: {swapped * 1e3:.1f} ms")
    over = lost / len(theirs)
    return exit_code(
        [
            Promise("over-deletion", "1 x", f"{over:g} x", over == 1),
            at_least("other episodes bit-identical", same, len(kept), "episodes"),
            at_most("episodes left of the contributor", len(set(after) - kept), 0, "episodes"),
            at_most("time, median", float(np.median(wall)), 1, "s per GB"),
            at_most("wrong checksums", wrong, 0, "files"),
        ]
    )


if __name__ == "__main__":
    raise SystemExit(main())
