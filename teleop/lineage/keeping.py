"""What a hub does with its episodes' lineage, in a process of its own.

python -m teleop.lineage.keeping EPISODES --key FILE [--withdraw PSEUDONYM [--answer JSON]]
    [--rules FILE] [--utc-ns N]
Finishes interrupted erasures, withdraws, erases what came in after a withdrawal, takes those who withdrew out
of what they said of others' episodes, countersigns. The retention rules come last, so that nothing wrong with
them keeps anybody from withdrawing. Prints as JSON which episodes are erased by now, and what was wrong with
the rules.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from teleop.annotation.store import forget_authors
from teleop.durable_files import write_whole
from teleop.episodes.format import Header
from teleop.lineage import manifest as form
from teleop.lineage.consent_record import UNSTATED, record_bytes
from teleop.lineage.documents import ControllerChanged, controller_of, keep_document
from teleop.lineage.erasure import erase, resume
from teleop.lineage.holdings import choose, holdings_of
from teleop.lineage.keys import KeyRefused, publish, signing_key
from teleop.lineage.ledger import lineage_dir, read_ledger, sign_head
from teleop.lineage.plan import Receipt, intent_of
from teleop.lineage.records import (
    EXPIRED,
    WITHDRAWN,
    EpisodeMade,
    LedgerBroken,
    Part,
    erased_ids,
    withdrawals,
)
from teleop.lineage.retention import Rules, RulesRefused, due, read_rules
from teleop.lineage.verification import Verifier
from teleop.wire.hub_to_cell import Consent

NICENESS = 10


class Kept(msgspec.Struct, frozen=True):
    """What is so after the work: all erased episodes, how many this time, exports left for hands.

    With a withdrawal, `now` counts the episodes of the one who withdraws. `rules_refused` says why the
    retention rules were not applied, if they were not.
    """

    erased: tuple[str, ...]
    now: int
    by_hand: tuple[str, ...]
    rules_refused: str = ""


def expired(episodes: Path, rules: Rules, now_utc_ns: int) -> tuple[Part, ...]:
    """The episodes whose time is up; raises OSError."""
    return choose(episodes, lambda header: due(rules, header, now_utc_ns)).parts


def late(episodes: Path) -> tuple[Part, ...]:
    """Episodes that came in after their contributor had withdrawn the consent they were made under."""
    records = read_ledger(episodes)
    people = withdrawals(records)
    if not people:
        return ()
    others = {
        one.episode_id for one in records if isinstance(one, EpisodeMade) and one.contributor not in people
    }

    def wanted(header: Header) -> bool:
        return header.consent.given_utc_ns <= people.get(header.pseudonym, -1)

    return choose(episodes, wanted, others).parts


def keep(
    episodes: Path,
    key: Ed25519PrivateKey,
    withdraw: str | None,
    rules: Path | None,
    utc_ns: int | None = None,
) -> Kept:
    """Does all of it once, now or as if at `utc_ns`.

    Raises OSError, LedgerBroken and KeyRefused, but never for the sake of the rules.
    """
    now_utc_ns = time.time_ns() if utc_ns is None else utc_ns
    publish(lineage_dir(episodes) / "keys", key)

    def erased(who: str, reason: str, parts: Sequence[Part]) -> Receipt:
        return erase(episodes, intent_of(who, reason, now_utc_ns, parts, read_ledger(episodes)), key)

    receipts, refused = list(resume(episodes, key)), ""
    if withdraw is not None:
        receipts.append(erased(withdraw, WITHDRAWN, holdings_of(episodes, withdraw).parts))
    found = late(episodes)
    receipts += [
        erased(person, WITHDRAWN, [part for part in found if part.contributor == person])
        for person in sorted({part.contributor for part in found})
    ]
    forget_authors(episodes, withdrawals(read_ledger(episodes)))
    countersign(episodes, key)
    if rules is not None:
        try:
            if parts := expired(episodes, rules_in(rules), now_utc_ns):
                receipts.append(erased("", EXPIRED, parts))
        except (RulesRefused, OSError) as error:
            refused = str(error)
    sign_head(episodes, key)
    return Kept(
        erased=tuple(sorted(erased_ids(read_ledger(episodes)))),
        now=sum(
            len(one.statement.episodes)
            for one in receipts
            if withdraw is None or one.statement.contributor == withdraw
        ),
        by_hand=tuple(out.path for one in receipts for out in one.statement.exports if out.fate == "by_hand"),
        rules_refused=refused,
    )


def keep_answer(episodes: Path, contributor: str, answer: str) -> None:
    """Keeps the record of a withdrawal beside that of the consent; raises msgspec.MsgspecError, OSError."""
    try:
        controller = controller_of(episodes)
    except ControllerChanged:
        controller = UNSTATED  # `armcade episodes verify` names it; nobody is kept from withdrawing
    said = msgspec.json.decode(answer, type=Consent)
    keep_document(episodes, form.CONSENT, record_bytes(contributor, said, False, controller))


def rules_in(path: Path) -> Rules:
    """The rules in a file; raises RulesRefused, which names it."""
    try:
        return read_rules(path.read_text(encoding="utf-8"))
    except (RulesRefused, UnicodeDecodeError, OSError) as error:
        raise RulesRefused(f"{path}: {error}") from error


def countersign(episodes: Path, key: Ed25519PrivateKey) -> int:
    """Signs as the hub every manifest that holds and is not signed by a hub yet; how many. Raises OSError."""
    verifier, done = Verifier(episodes), 0
    for path in sorted(episodes.glob(f"*{form.SUFFIX}")):
        try:
            read = form.read_signed(path.read_bytes())
        except form.ManifestChanged:
            continue  # `armcade episodes verify` names it
        episode = path.with_name(f"{read.manifest.episode_id}.mcap")
        if any(one.role == form.HUB for one in read.signatures) or verifier.problems(episode):
            continue
        write_whole(path, form.countersigned(path.read_bytes(), key))
        done += 1
    return done


def main(argv: Sequence[str] | None = None) -> int:
    """Does the work of one call; 1 with a sentence when it cannot be done."""
    parser = argparse.ArgumentParser("python -m teleop.lineage.keeping", description=__doc__)
    parser.add_argument("episodes", type=Path)
    parser.add_argument("--key", type=Path, required=True)
    parser.add_argument("--withdraw")
    parser.add_argument("--answer", help="The answer by which they withdraw, as the hub stored it.")
    parser.add_argument("--rules", type=Path)
    parser.add_argument("--utc-ns", type=int, help="The time that it is, instead of this machine's.")
    options = parser.parse_args(argv)
    try:
        key = signing_key(options.key)
        if options.withdraw is not None and options.answer is not None:
            keep_answer(options.episodes, options.withdraw, options.answer)
        kept = keep(options.episodes, key, options.withdraw, options.rules, options.utc_ns)
    except (LedgerBroken, KeyRefused, msgspec.MsgspecError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.buffer.write(msgspec.json.encode(kept))
    return 0


if __name__ == "__main__":
    if "--withdraw" not in sys.argv:  # then nobody waits for it
        os.nice(NICENESS)
    raise SystemExit(main())
