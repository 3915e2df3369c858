from collections.abc import Sequence as sequence

int32 = int
uint32 = int
float64 = float

__all__ = ["float64", "int32", "sequence", "uint32"]
