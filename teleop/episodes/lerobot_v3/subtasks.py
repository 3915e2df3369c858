"""`meta/subtasks.parquet`: the sentences that `subtask_index` stands for, as LeRobot's loader looks them up.

The loader takes row number `subtask_index` of the table and gives the name of its pandas index as `subtask`.
So every row has a number from 0 on, and 0 is a sentence of its own for rows without a sub-task: `none`.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from teleop.episodes.exporting.subtasks import NONE, SubTask
from teleop.wire.browser_in import Language

PATH = "meta/subtasks.parquet"
_TEXTS = ("label", "piece", "slot", "prompt_en", "prompt_zh", "subtask")


class SubTasks:
    """The sub-tasks of a dataset, each with its number."""

    def __init__(self) -> None:
        """Begins with `none`."""
        self._numbers = {NONE: 0}

    def place(self, own: Sequence[SubTask]) -> tuple[int, ...]:
        """The dataset's number of each of an episode's sub-tasks; new ones are added."""
        return tuple(self._numbers.setdefault(one, len(self._numbers)) for one in own)

    def write(self, root: Path, language: Language) -> None:
        """Writes the table, named in this language."""
        rows = [
            {
                "subtask_index": number,
                "label": one.label,
                "piece": one.piece,
                "slot": one.slot,
                "prompt_en": one.prompt.en,
                "prompt_zh": one.prompt.zh,
                "subtask": one.said(language),
            }
            for one, number in self._numbers.items()
        ]
        fields = [pa.field("subtask_index", pa.int64()), *(pa.field(name, pa.string()) for name in _TEXTS)]
        schema = pa.schema(fields, metadata={"pandas": msgspec.json.encode(_note()).decode()})
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), root / PATH, compression="snappy")


def _note() -> dict[str, object]:
    """What pandas wants to know: which column is the index."""
    number = {"pandas_type": "int64", "numpy_type": "int64"}
    text = {"pandas_type": "unicode", "numpy_type": "object"}
    columns = [
        {"name": name, "field_name": name, **(number if name == "subtask_index" else text), "metadata": None}
        for name in ("subtask_index", *_TEXTS)
    ]
    return {"index_columns": ["subtask"], "column_indexes": [], "columns": columns, "pandas_version": "2.0.0"}
