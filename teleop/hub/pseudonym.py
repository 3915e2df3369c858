"""Pseudonyms that players choose: which are allowed, and invented ones for those who choose none."""

import unicodedata
from collections.abc import Collection
from itertools import count

MIN_CHARS = 2
MAX_CHARS = 24
STEM_CHARS = 18  # leaves room for a space and a number of five digits
COLOURS = ("Amber", "Coral", "Indigo", "Jade", "Lilac", "Mint", "Ruby", "Silver", "Teal", "Violet")
ANIMALS = ("Crane", "Dolphin", "Falcon", "Fox", "Gecko", "Heron", "Lynx", "Otter", "Panda", "Tiger")
INVENTED_NAMES = len(COLOURS) * len(ANIMALS) * 100
FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean(text: str) -> str | None:
    """The pseudonym in normal form, or None when it is not 2 to 24 visible characters.

    Letters of all scripts, digits, marks, punctuation and symbols are allowed; controls, invisible
    formatting (which could fake another name) and runs of spaces are not.
    """
    name = " ".join(unicodedata.normalize("NFC", text).split(" ")).strip()
    if not MIN_CHARS <= len(name) <= MAX_CHARS or "  " in name:
        return None
    categories = {unicodedata.category(char) for char in name}
    if categories & FORBIDDEN_CATEGORIES or any(char.isspace() and char != " " for char in name):
        return None
    if not any(char.isalnum() for char in name) or _stacked_marks(name):
        return None
    return name


def invented(number: int) -> str:
    """The invented pseudonym with this number, for instance `Jade Otter 07`."""
    rest, digits = divmod(number % INVENTED_NAMES, 100)
    colour, animal = divmod(rest, len(ANIMALS))
    return f"{COLOURS[colour]} {ANIMALS[animal]} {digits:02d}"


def stem(name: str) -> str:
    """What a number is put behind: the name, cut where the two would be too long."""
    return name[:STEM_CHARS].rstrip()


def distinct(name: str, taken: Collection[str]) -> str:
    """The name itself, or with the first free number behind it when someone is called so already.

    Names that differ only in case or in the form of their letters (full width, ligatures) count as the same.
    """
    used = {_likeness(other) for other in taken}
    if _likeness(name) not in used:
        return name
    numbered = (f"{stem(name)} {number}" for number in count(2))
    return next(other for other in numbered if _likeness(other) not in used)


def _likeness(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _stacked_marks(name: str) -> bool:
    """More than two combining marks in a row draw over the neighbouring lines."""
    run = 0
    for char in name:
        run = run + 1 if unicodedata.combining(char) else 0
        if run > 2:
            return True
    return False
