"""Sizes of files and functions, and the presence of docstrings, in all source packages."""

import ast
import io
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("armcade", "robot_bridge", "teleop", "game", "sim_fallback", "web_client")
MAX_FILE_CODE_LINES = 300
MAX_FUNCTION_CODE_LINES = 40
SOURCES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "node_modules" not in path.parts
)
CLIENT_SOURCES = sorted((ROOT / "web_client" / "src").rglob("*.ts*"))
Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
NOT_CODE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}


def docstring_lines(tree: ast.AST) -> set[int]:
    """The lines of all docstrings."""
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, Documented) and ast.get_docstring(node, clean=False) is not None:
            first = node.body[0]
            lines.update(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return lines


def code_lines(source: str) -> set[int]:
    """The lines that hold code: no docstrings, comments or blanks."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in NOT_CODE and token.string.strip():
            lines.update(range(token.start[0], token.end[0] + 1))
    return lines - docstring_lines(ast.parse(source))


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_file_and_its_functions_are_small_and_documented(path: Path) -> None:
    source = path.read_text()
    tree = ast.parse(source)
    lines = code_lines(source)
    assert len(lines) <= MAX_FILE_CODE_LINES, f"{len(lines)} code lines"
    assert ast.get_docstring(tree), "no module docstring"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = len(lines & set(range(node.lineno, (node.end_lineno or node.lineno) + 1)))
            assert size <= MAX_FUNCTION_CODE_LINES, f"{node.name} has {size} code lines"
    for node in public_nodes(tree):
        assert ast.get_docstring(node), f"{node.name} has no docstring"


def public_nodes(tree: ast.Module) -> list[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """Public functions and classes of a module, and public methods of those classes."""
    found: list[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef] = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.name[0] != "_":
            found.append(node)
            if isinstance(node, ast.ClassDef):
                found += [
                    m
                    for m in node.body
                    if isinstance(m, ast.FunctionDef | ast.AsyncFunctionDef) and m.name[0] != "_"
                ]
    return found


@pytest.mark.parametrize("path", CLIENT_SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_client_file_is_small(path: Path) -> None:
    if path.name == "wire.ts":
        return
    lines = [line.strip() for line in path.read_text().splitlines()]
    code = [line for line in lines if line and not line.startswith(("//", "*", "/*"))]
    assert len(code) <= MAX_FILE_CODE_LINES, f"{len(code)} code lines"
