"""The small changes that a test file must notice, made in the syntax tree of one module."""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
NEGATED = (ast.Eq, ast.NotEq, ast.Is, ast.IsNot, ast.In, ast.NotIn)
COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
}
SWAPPED = {"min": "max", "max": "min", "any": "all", "all": "any"}
TYPES = ("Literal", "Annotated", "Callable", "Mapping", "tuple", "dict")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: the function it stands in, its line, the text before and after, the changed module."""

    within: str
    line: int
    before: str
    after: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """How the list of argued survivors calls it: without the line, which moves."""
        return f"{self.within}: {self.before} -> {self.after}"


def mutants(source: str) -> Iterator[Mutant]:
    """Every change of the module, one at a time; annotations, docstrings and decorators stay."""
    tree = ast.parse(source)
    for count, (within, node) in enumerate(_places(tree, "module")):
        for variant in range(len(list(_changed(node)))):
            changed = copy.deepcopy(tree)
            _, target = next(place for n, place in enumerate(_places(changed, "module")) if n == count)
            before = ast.unparse(target)
            new = list(_changed(target))[variant]
            after = ast.unparse(new)
            _put(changed, target, new)
            yield Mutant(within, node.lineno, before, after, ast.fix_missing_locations(changed))


def _places(node: ast.AST, within: str) -> Iterator[tuple[str, ast.expr | ast.stmt]]:
    """Expressions and returns that may change, each with the name of its function or constant."""
    for child in _children(node):
        inside = _name(child, within)
        if isinstance(child, ast.expr | ast.Return):
            yield inside, child
        yield from _places(child, inside)


def _name(node: ast.AST, within: str) -> str:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node.name if within == "module" else f"{within}.{node.name}"
    if within == "module" and isinstance(node, ast.Assign | ast.AnnAssign):
        return ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
    return within


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """What stands below, without annotations, decorators, docstrings, f-string parts and type aliases."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "bases"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_still(child):
                yield child


def _is_still(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.JoinedStr | ast.Import | ast.ImportFrom | ast.pattern):
        return True
    return isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in TYPES


def _changed(node: ast.expr | ast.stmt) -> Iterator[ast.expr | ast.stmt]:
    """The other forms of this node."""
    match node:
        case ast.Compare():
            yield from _other_comparisons(node)
        case ast.BinOp(op=op) if type(op) in COMPUTED:
            yield ast.BinOp(node.left, COMPUTED[type(op)](), node.right)
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.Constant(value=value):
            yield from (ast.Constant(other) for other in _other_values(value))
        case ast.Call():
            yield from _other_calls(node)
        case _:
            yield from _other_flows(node)


def _other_flows(node: ast.expr | ast.stmt) -> Iterator[ast.expr | ast.stmt]:
    match node:
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield ast.IfExp(test, orelse, body)
        case ast.Return(value=value) if value is not None and not _is_none(value):
            yield ast.Return(ast.Constant(None))
        case _:
            return


def _other_comparisons(node: ast.Compare) -> Iterator[ast.expr]:
    for place, op in enumerate(node.ops):
        ops = [*node.ops[:place], COMPARED[type(op)](), *node.ops[place + 1 :]]
        yield ast.Compare(node.left, ops, node.comparators)
    if len(node.ops) == 1 and not isinstance(node.ops[0], NEGATED):
        yield ast.UnaryOp(ast.Not(), node)


def _other_values(value: object) -> Iterator[object]:
    """A number a little larger, the other truth, another word; sentences stay."""
    match value:
        case bool():
            yield not value
        case int():
            yield value + 1
        case float():
            yield value * 1.5 if value else 1.0
        case str() if " " not in value:
            yield f"{value}?"
        case bytes():
            yield value + b"?"
        case _:
            return


def _other_calls(node: ast.Call) -> Iterator[ast.expr]:
    if isinstance(node.func, ast.Name) and node.func.id in SWAPPED:
        yield ast.Call(ast.Name(SWAPPED[node.func.id], ast.Load()), node.args, node.keywords)
    if isinstance(node.func, ast.Name) and node.func.id == "replace":
        for place in range(len(node.keywords)):
            yield ast.Call(node.func, node.args, [*node.keywords[:place], *node.keywords[place + 1 :]])


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _put(tree: ast.AST, old: ast.AST, new: ast.AST) -> None:
    """Replaces a node in place, keeping what `new` took from it."""
    if any(inner is old for inner in ast.walk(new)):
        new = copy.deepcopy(new)
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, field, new)
            elif isinstance(value, list):
                setattr(parent, field, [new if item is old else item for item in value])
