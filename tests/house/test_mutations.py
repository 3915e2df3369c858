"""The small changes that `make mutants` tries: each is made once, and nothing else changes."""

import ast

import pytest
from mutations import mutants


@pytest.mark.parametrize(
    ("source", "changes"),
    [
        ("a < b", ["a <= b", "not a < b"]),
        ("a == b", ["a != b"]),
        ("a + b", ["a - b"]),
        ("a and b", ["a or b"]),
        ("not a", ["a"]),
        ("-a", ["a"]),
        ("a if b else c", ["c if b else a"]),
        ("max(a, b)", ["min(a, b)"]),
        ("replace(a, b=c, d=e)", ["replace(a, d=e)", "replace(a, b=c)"]),
        ("7", ["8"]),
        ("True", ["False"]),
        ("2.0", ["3.0"]),
        ("'word'", ["'word?'"]),
        ("'A sentence.'", []),
    ],
)
def test_each_change_is_made(source: str, changes: list[str]) -> None:
    whole = ast.unparse(ast.parse(f"x = {source}")).removeprefix("x = ")
    made = [mutant for mutant in mutants(f"x = {source}") if mutant.before == whole]
    assert [mutant.after for mutant in made] == changes
    assert [ast.unparse(mutant.tree) for mutant in made] == [f"x = {change}" for change in changes]


def test_annotations_docstrings_and_decorators_stay() -> None:
    source = """
@d(frozen=True)
class A:
    "One."
    a: Literal["b"]

def f(x: int | str) -> "T":
    "Two."
    return x
"""
    assert [mutant.name for mutant in mutants(source)] == ["f: return x -> return None"]


def test_a_change_is_named_by_where_it_stands() -> None:
    assert [m.name for m in mutants("class A:\n    def f(self):\n        self.n = 1\n")] == ["A.f: 1 -> 2"]
