"""The dataset card: a README.md with the front matter that data hubs read. Pure."""

import json
from collections.abc import Iterable, Sequence

from teleop.episodes.card.columns import column_in, described_columns
from teleop.episodes.card.summary import Summary
from teleop.episodes.exporting.taking import ChosenBy

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_LARGE = "1M<n<10M"
TAGS = ("armcade", "teleoperation", "imitation-learning")
NO_LICENCE = (
    "None was stated when this was exported. Without one nobody but its owner may copy it: ask the owner, "
    "or export again with `--licence`."
)
LIMITS = (
    "Failed turns are in it, with their label. Training on all of them as if they were good is a mistake: "
    "choose by success first.",
    "Rows stand at a fixed rate, and each tells of the moment at which its pictures were taken: joints lie "
    "on the straight line between the samples around it, the action is the one in force then. True times are "
    "in `state_time`, `applied_time` and `capture_time`. Values between two rows are not here; the episodes' "
    "own MCAP files hold them.",
    "`action` is what the limits let pass, not what the player asked for; `requested_action` is that.",
    "The player saw pictures that were older than the row's; `seen_frame_id` says which.",
    "Players chose to play and chose their puzzles: skill, persistence and tasks are not evenly spread.",
)


def readme(summary: Summary) -> str:
    """The card as Markdown."""
    parts = [
        _front_matter(summary),
        f"# {summary.name}\n\n{summary.sentence}\n\nFormat: {summary.notes.title}.",
        "## Loading it\n\n```python\n" + summary.notes.loading.strip() + "\n```",
        "## What is in it\n\n" + _contents(summary),
        "## Where it comes from\n\n" + _origin(summary),
        "## Tasks and sub-tasks\n\n" + _said(summary),
        "## Consent\n\n" + _consent(summary),
        "## What was left out, and why\n\n" + _left_out(summary),
        "## Licence\n\n" + (f"`{summary.licence}`" if summary.licence else NO_LICENCE),
        "## Limits\n\n" + "\n".join(f"- {line}" for line in (*LIMITS, *summary.notes.limits)),
    ]
    return "\n\n".join(parts) + "\n"


def _front_matter(summary: Summary) -> str:
    lines = [
        "---",
        f"pretty_name: {_quoted(summary.name)}",
        f"license: {_quoted(summary.licence.lower() or 'unknown')}",
        "task_categories:\n- robotics",
        "language:\n- en\n- zh",
        f"size_categories:\n- {size_category(summary.rows)}",
        "tags:\n" + "\n".join(f"- {_quoted(tag)}" for tag in (*TAGS, *summary.notes.tags)),
    ]
    if summary.notes.parquet:
        lines.append(f"configs:\n- config_name: default\n  data_files: {_quoted(summary.notes.parquet)}")
    return "\n".join([*lines, "---"])


def size_category(rows: int) -> str:
    """The hub's word for so many rows."""
    return next((word for limit, word in _SIZES if rows < limit), _LARGE)


def _contents(summary: Summary) -> str:
    columns = [column_in(summary.notes, column) for column in described_columns(summary.signature)]
    rows = [
        (f"`{one.name}`", one.dtype, str(len(one.names)) if one.names else "scalar", one.unit, one.meaning)
        for one in columns
    ]
    for camera in summary.signature.cameras:
        place = summary.notes.pictures.format(name=camera.name)
        size = f"{camera.height} x {camera.width} x 3"
        rows.append((f"`{place}`", "picture", size, "", "newest picture captured at or before the row"))
    joints = ", ".join(summary.signature.joint_names)
    return _table(("column", "type", "values", "unit", "what"), rows) + f"\n\nJoints: {joints}."


def _origin(summary: Summary) -> str:
    puzzles = [
        (name, str(version), prompt, str(count), str(solved))
        for (name, version, prompt), (count, solved) in summary.puzzles().items()
    ]
    days = (
        summary.first_day
        if summary.first_day == summary.last_day
        else (f"{summary.first_day} to {summary.last_day}")
    )
    facts = [
        f"Recorded {days} (UTC).",
        *(
            f"{word}: {_counts(summary.count(what))}."
            for word, what in (
                ("Cells", "cell_id"),
                ("Source", "source"),
                ("How pieces are held", "grasp_model"),
                ("Software", "software"),
                ("Rules of the verdicts", "referee_version"),
            )
        ),
        f"At most {summary.trimmed_s:.3f} s of an episode's start is cut, until all its streams exist.",
        *_selected(summary),
        "`episodes.jsonl` has one line an episode: its file's SHA-256, cell, configuration, calibration, "
        "consent and verdict.",
    ]
    table = _table(("puzzle", "version", "task", "episodes", "solved"), puzzles)
    return "\n".join(f"- {line}" for line in facts) + "\n\n" + table


def _said(summary: Summary) -> str:
    """In which language tasks stand, and who agreed to the sub-tasks."""
    language = {"en": "English", "zh": "Chinese"}[summary.facts[0].language]
    lines = [
        f"Tasks and sentences of sub-tasks are in {language}; the other language stands beside them.",
        f"Sub-tasks by state: {_counts(summary.annotation())}. `accepted` and `corrected` were reviewed by a "
        "second person, `unreviewed` were saved by one; `none` and `damaged` have none: "
        "`subtask_index` 0, whose sentence is `none`, and `subtask_label` -1.",
        f"Versions of the sentences: {_counts(summary.sentences()) or 'none'}.",
    ]
    agreed = [one.standing.kappa for one in summary.facts if one.standing.kappa is not None]
    if agreed:
        lines.append(
            f"Agreement of author and reviewer (Cohen's kappa): {min(agreed):.2f} to {max(agreed):.2f}, "
            "`annotation_kappa` of each episode."
        )
    return "\n".join(f"- {line}" for line in lines)


def _selected(summary: Summary) -> list[str]:
    """What a selection said of the episodes, if there was one."""
    weights = [one.weight for one in summary.facts]
    labels = summary.labels()
    if not labels and set(weights) == {1.0}:
        return []
    return [
        f"Chosen by a selection. Labels: {_counts(labels) or 'none'}. "
        f"Weights from {min(weights):.3g} to {max(weights):.3g}, in `weight`."
    ]


def _consent(summary: Summary) -> str:
    texts = [
        (f"`{version}`", language, f"`{digest}`", str(count))
        for (version, language, digest), count in summary.consents().items()
    ]
    people = len(summary.count("pseudonym"))
    return (
        f"{people} {'person' if people == 1 else 'people'} played, known by pseudonym only. Each turn was "
        "recorded under a consent that its player gave beforehand, whose record is named in "
        "`episodes.jsonl`; no camera, microphone or address of a player is recorded.\n\n"
        + _table(("consent text", "language", "SHA-256 of the text", "episodes"), texts)
        + "\n\nA player may withdraw at any time. Take the newest version of this dataset, and delete "
        "what is no longer in it."
    )


def _left_out(summary: Summary) -> str:
    total = len(summary.facts) + len(summary.excluded)
    chosen = "".join(_by_rules(run) for run in summary.runs())
    if not summary.excluded:
        return f"{chosen}Nothing: all {total} episodes that were asked for are in it."
    rows = [(f"`{one.file}`", one.reason) for one in summary.excluded]
    told = f"{len(rows)} of {total} episodes that were asked for.\n\n" + _table(("file", "reason"), rows)
    return chosen + told


def _by_rules(run: ChosenBy) -> str:
    """How many files each rule of a recipe left out, before an export was asked for."""
    said = f"By recipe `{run.recipe}` (SHA-256 of its run: `{run.run_sha256}`): "
    if not run.left_out:
        return f"{said}none.\n\n"
    rows = [(f"`{rule}`", str(count)) for rule, count in run.left_out]
    return f"{said}\n\n" + _table(("rule", "files"), rows) + "\n\nBeyond that: "


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} ({count})" for name, count in counts.items())


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
