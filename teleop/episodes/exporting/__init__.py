"""What every export has in common: choice, rows, worker processes, resuming, and all or nothing.

A format is one frozen dataclass that fulfils `contract.Format` (see there), for example
`teleop.episodes.export_lerobot.LeRobot`. `work.export_episodes(paths, out, form, how)` does the rest:

1. Each episode becomes a *part*, in a worker process of its own: `choice.choose` loads it and says what
   makes it unfit (`LeftOut`), `rows.aligned` puts it on the format's rate, `Format.write_part` writes what
   the episode alone decides into an empty folder. A part's name is the hash of the episode file, of the
   format with its settings and version, and of the encoders' versions; `parts` keeps it with the
   SHA-256 of each of its files.
2. Parts that fit together (`work.fitting`: same arm, joints and cameras as the first, none twice) are
   joined in the order asked for by `Format.join`, in one process. So the bytes cannot depend on
   the number of workers.
3. The joined folder is renamed to its place. Until then all of it lies in `.NAME.export` beside it, locked;
   what a killed export leaves there is used again by `how.resume`, after its hashes were compared.

What formats share: `rows.columns` (every number of every row), `pictures.shown` (the picture of every row,
decoded), `origin.provenance` (one flat record an episode), `signature` (what all episodes of a set share).
"""
