"""The labels of sub-tasks and the sentences that go with them, in both languages. Pure.

A change of any sentence changes `PROMPT_VERSION`, which every saved revision names.
"""

from collections.abc import Mapping
from typing import get_args

from teleop.wire.annotation_in import Label, Prompt
from teleop.wire.annotation_out import LabelInfo
from teleop.wire.player_out import Bilingual

PROMPT_VERSION = "prompts-1"
ANY_PIECE = Bilingual("a piece", "一个方块")
ANY_SLOT = Bilingual("the table", "桌面")
Names = Mapping[str, Bilingual]
TEXTS: dict[Label, tuple[Bilingual, Bilingual]] = {
    "wait": (Bilingual("wait", "等待"), Bilingual("wait", "等待")),
    "reach": (Bilingual("reach", "伸向"), Bilingual("reach for {piece}", "伸向{piece}")),
    "grasp": (Bilingual("grasp", "抓取"), Bilingual("grasp {piece}", "抓住{piece}")),
    "miss": (
        Bilingual("missed grasp", "抓空"),
        Bilingual("close the jaws and lift nothing", "合上夹爪，但没有夹起东西"),
    ),
    "carry": (Bilingual("carry", "搬运"), Bilingual("carry {piece} to {slot}", "把{piece}移到{slot}")),
    "place": (Bilingual("place", "放置"), Bilingual("put {piece} down on {slot}", "把{piece}放到{slot}")),
    "recover": (
        Bilingual("recover", "补救"),
        Bilingual("go back for {piece} that fell", "回去捡掉落的{piece}"),
    ),
    "retreat": (Bilingual("retreat", "撤离"), Bilingual("move away from the pieces", "离开方块")),
    "other": (
        Bilingual("other", "其他"),
        Bilingual("move without handling a piece", "移动，不操作方块"),
    ),
}
LABELS: tuple[Label, ...] = get_args(Label)
LABEL_INFOS = tuple(LabelInfo(label, *TEXTS[label]) for label in LABELS)


def phrase(thing: str, names: Names, unnamed: Bilingual) -> Bilingual:
    """A piece or slot inside a sentence: `the red cube`; by its id where the puzzle has no name for it."""
    if not thing:
        return unnamed
    name = names.get(thing)
    if name is None:
        plain = thing.replace("_", " ")
        return Bilingual(f"the {plain}", plain)
    return Bilingual(f"the {name.en[:1].lower()}{name.en[1:]}", name.zh)


def prompt_of(label: Label, piece: str, slot: str, names: Names) -> Prompt:
    """The sentence of a segment."""
    template = TEXTS[label][1]
    what, where = phrase(piece, names, ANY_PIECE), phrase(slot, names, ANY_SLOT)
    return Prompt(
        template.en.replace("{piece}", what.en).replace("{slot}", where.en),
        template.zh.replace("{piece}", what.zh).replace("{slot}", where.zh),
    )
