"""A recipe: a versioned TOML file that says what is measured, what is kept and how it is weighed. Pure."""

import tomllib
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Positive = Annotated[float, Meta(gt=0.0)]
Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Steps = Annotated[int, Meta(ge=0, le=100_000)]
Name = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$")]
Group = Literal["contributor", "cell", "puzzle", "arm", "device"]


class RecipeInvalid(ValueError):
    """A recipe that cannot be used; the text names the file and the wrong key."""


class Capture(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How finely places of the tool are told apart for the coverage report."""

    place_m: Positive = 0.05


class Annotation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What counts as idle, after openpi's rule for DROID: rows at 15 Hz in which no joint is told to move.

    Idle runs of `idle_rows` and more are cut out, what is left stays when it is `active_rows` long, without
    its last `cut_rows`, after which nothing happens.
    """

    rate_hz: Positive = 15.0
    idle_rad: Positive = 1e-3
    idle_rows: Steps = 7
    active_rows: Steps = 16
    cut_rows: Steps = 10


class Filtering(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How measures are taken: motion in windows of equal length, so that long turns are not judged by length.

    `decode` also counts the validator's findings, which takes decoding all pictures; `ignore` names rules of
    the validator that do not count.
    """

    rate_hz: Positive = 50.0
    window_s: Positive = 2.0
    samples: Annotated[int, Meta(ge=8, le=512)] = 48
    ahead_s: Positive = 0.2
    decode: bool = False
    ignore: tuple[str, ...] = ()


class Normalization(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which rows the statistics of state and action are taken of."""

    active_only: bool = True


class Reweighting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How kept episodes are weighed: all alike, or so that no group is learnt much worse than it could be."""

    by: Group = "contributor"
    method: Literal["none", "uniform", "robust"] = "none"
    steps: Annotated[int, Meta(ge=1, le=1000)] = 50
    rate: Positive = 0.5
    at_most: Annotated[float, Meta(ge=1.0)] = 4.0


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One reason to leave an episode out: a measure out of its bounds, or among the set's worst.

    Exactly one of `at_least`, `at_most` and `drop` is given; `drop` is the share with the lowest values (the
    highest with `highest`) among episodes of the same puzzle that all other bounds let through. With
    `length_controlled` the part of the measure that the turn's length explains is taken off before.
    """

    name: Name
    measure: Name
    at_least: float | None = None
    at_most: float | None = None
    drop: Share | None = None
    highest: bool = False
    length_controlled: bool = False


class Recipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole recipe; labels are those of which an episode needs one to be kept."""

    version: Literal[1]
    name: Name
    labels: tuple[str, ...] = ("success",)
    capture: Capture = Capture()
    annotation: Annotation = Annotation()
    filtering: Filtering = Filtering()
    normalization: Normalization = Normalization()
    reweighting: Reweighting = Reweighting()
    rules: tuple[Rule, ...] = ()


def parse(text: str, where: str) -> Recipe:
    """The recipe in this TOML text; raises RecipeInvalid naming what is wrong."""
    try:
        recipe = msgspec.convert(tomllib.loads(text), Recipe)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise RecipeInvalid(f"{where}: {error}") from error
    names = [rule.name for rule in recipe.rules]
    if len(set(names)) != len(names):
        raise RecipeInvalid(f"{where}: two rules have one name")
    for rule in recipe.rules:
        if sum(bound is not None for bound in (rule.at_least, rule.at_most, rule.drop)) != 1:
            raise RecipeInvalid(f"{where}: rule {rule.name} needs one of at_least, at_most and drop")
    return recipe
