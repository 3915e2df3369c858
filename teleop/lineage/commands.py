"""The commands of lineage: `armcade withdraw`, and `armcade lineage show`, `run` and `retention`."""

import time
from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rich.console import Console

from teleop.annotation.store import forget_authors
from teleop.lineage.erasure import erase, pending, receipt_path, resume
from teleop.lineage.exports import LineageRefused, about, note_run
from teleop.lineage.holdings import holdings_of
from teleop.lineage.keeping import expired, rules_in
from teleop.lineage.keys import KEY_FILE, KeyRefused, signing_key
from teleop.lineage.ledger import read_ledger
from teleop.lineage.plan import Intent, Receipt, intent_of
from teleop.lineage.records import (
    EXPIRED,
    WITHDRAWN,
    CurationMade,
    EpisodeMade,
    Erased,
    ErasureDone,
    ExportMade,
    LedgerBroken,
    Record,
    RunMade,
)
from teleop.lineage.retention import RulesRefused
from teleop.paths import episodes_dir, home

app = typer.Typer(no_args_is_help=True)
_out, _err = Console(highlight=False, soft_wrap=True), Console(stderr=True, highlight=False, soft_wrap=True)
_PROBLEMS = (OSError, LedgerBroken, KeyRefused, LineageRefused)
Directory = Annotated[
    Path | None, typer.Option("--dir", help="Where the episodes lie. [default: ARMCADE_HOME/episodes]")
]


def withdraw(
    pseudonym: Annotated[str, typer.Argument(help="The contributor, as `armcade episodes list` shows it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Erase; without it nothing is changed.")] = False,
    directory: Directory = None,
) -> None:
    """Take one contributor's episodes out of this disk: files, and every export that holds them."""
    folder = directory or episodes_dir()
    try:
        if yes:
            for receipt in resume(folder, _key()):
                _tell_receipt(folder, receipt)
        elif pending(folder):
            _complain("An erasure was interrupted; it is finished first when you say --yes.")
        found = holdings_of(folder, pseudonym)
        intent = intent_of(pseudonym, WITHDRAWN, time.time_ns(), found.parts, read_ledger(folder))
        _tell_plan(intent, found.unknown)
        if not yes:
            _out.print("Nothing was changed. Say --yes to erase this for good.")
        else:
            if found.parts:
                _tell_receipt(folder, erase(folder, intent, _key()))
            if said := forget_authors(folder, {pseudonym: intent.utc_ns}):
                _out.print(f"The annotations of {said} episodes of others no longer name {pseudonym}.")
    except _PROBLEMS as error:
        _complain(str(error))
        raise typer.Exit(1) from error


@app.command()
def show(
    name: Annotated[
        str | None, typer.Argument(help="An episode, contributor, export, run or erasure; all without one.")
    ] = None,
    directory: Directory = None,
) -> None:
    """Show what came from whom and where it went: episodes, exports, training runs, erasures."""
    try:
        records = read_ledger(directory or episodes_dir())
    except _PROBLEMS as error:
        _complain(str(error))
        raise typer.Exit(1) from error
    chosen = records if name is None else _around(records, name)
    for record in chosen:
        _out.print(_said(record), markup=False)
    if not chosen:
        _complain("Nothing is known here." if name is None else f"Nothing is known here of {name}.")
        raise typer.Exit(1)


@app.command()
def run(
    name: Annotated[str, typer.Argument(help="What the training run is called.")],
    exports: Annotated[list[str], typer.Argument(help="The exports it uses: ids or folders.")],
    note: Annotated[str, typer.Option(help="Where the policy is kept, for instance.")] = "",
    directory: Directory = None,
) -> None:
    """Note that a policy is trained on exports, so that a withdrawal can name it."""
    try:
        made = note_run(directory or episodes_dir(), name, exports, note, time.time_ns())
    except _PROBLEMS as error:
        _complain(str(error))
        raise typer.Exit(1) from error
    _out.print(_said(made), markup=False)


@app.command()
def retention(
    rules: Annotated[Path, typer.Argument(help="The rules (TOML): how many days by the kind of consent.")],
    yes: Annotated[bool, typer.Option("--yes", help="Erase; without it nothing is changed.")] = False,
    directory: Directory = None,
) -> None:
    """Erase the episodes whose time is up, and take them out of exports."""
    folder, now_utc_ns = directory or episodes_dir(), time.time_ns()
    try:
        parts = expired(folder, rules_in(rules), now_utc_ns)
        intent = intent_of("", EXPIRED, now_utc_ns, parts, read_ledger(folder))
        _tell_plan(intent, ())
        if not yes:
            _out.print("Nothing was changed. Say --yes to erase this for good.")
        elif parts:
            _tell_receipt(folder, erase(folder, intent, _key()))
    except (*_PROBLEMS, RulesRefused) as error:
        _complain(str(error))
        raise typer.Exit(1) from error


def _around(records: tuple[Record, ...], name: str) -> tuple[Record, ...]:
    """What names it, and the runs of the exports and the tombstones of the episodes among that."""
    near = about(records, name)
    wanted = {one.export_id for one in near if isinstance(one, ExportMade)}
    wanted |= {one.episode_id for one in near if isinstance(one, EpisodeMade)}
    further = {id(one) for other in wanted for one in about(records, other)} if near else set()
    return tuple(one for one in records if one in near or id(one) in further)


def _said(record: Record) -> str:
    match record:
        case EpisodeMade():
            text = f"episode {record.episode_id} from {record.contributor}, cell {record.cell_id}"
        case ExportMade():
            people = len({part.contributor for part in record.episodes})
            text = (
                f"export {record.export_id}: {len(record.episodes)} episodes of {people} contributors "
                f"as {record.format} in {record.path}"
            )
        case CurationMade():
            text = f"recipe {record.recipe} was run into {record.path}"
        case RunMade():
            text = f"run {record.run_id} on {', '.join(record.exports)} {record.note}".rstrip()
        case Erased():
            text = f"episode {record.episode_id} erased ({record.reason}) by {record.erasure_id}"
        case ErasureDone():
            text = (
                f"{record.erasure_id}: {record.episodes} episodes of {record.contributor or 'several'} "
                f"erased ({record.reason})"
            )
    return f"{time.strftime('%Y-%m-%d %H:%M', time.gmtime(record.utc_ns / 1e9))}Z  {text}"


def _tell_plan(intent: Intent, unknown: tuple[str, ...]) -> None:
    _out.print(f"{len(intent.episodes)} episodes {_whose(intent)}:")
    for part in intent.episodes:
        _out.print(f"  {part.episode_id}", markup=False)
    for held in intent.exports:
        _out.print(f"export {held.export_id} holds {len(held.episodes)}: {held.path}", markup=False)
    for name in intent.runs:
        _out.print(f"training run {name} has used them; what it learned is not taken back", markup=False)
    for name in unknown:
        _complain(f"{name}: cannot be read, so whose it is cannot be said. It is left alone.")


def _whose(intent: Intent) -> str:
    return f"of {intent.contributor}" if intent.contributor else "whose time is up"


def _tell_receipt(folder: Path, receipt: Receipt) -> None:
    said = receipt.statement
    for one in said.exports:
        _out.print(f"{one.export_id} {one.fate}, {one.kept} others kept: {one.path}", markup=False)
        if one.fate == "by_hand":
            _complain(f"{one.path}: {one.note}")
    path = receipt_path(folder, said.erasure_id)
    _out.print(f"{len(said.episodes)} episodes are erased. Receipt: {path}", markup=False)


def _key() -> Ed25519PrivateKey:
    return signing_key(home() / "secrets" / KEY_FILE)


def _complain(text: str) -> None:
    _err.print(text, style="red", markup=False)
