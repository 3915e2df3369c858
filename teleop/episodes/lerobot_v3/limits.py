"""How large the files of a dataset may become, and which folder each lies in. Pure."""

from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes; a file is larger only when a single episode is."""

    data_bytes: int = 100 * MEGABYTE
    video_bytes: int = 200 * MEGABYTE
    files_per_chunk: int = 1000

    def place(self, file: int) -> tuple[int, int]:
        """Chunk index and file index of the dataset's file number `file`, counted from 0."""
        return divmod(file, self.files_per_chunk)
