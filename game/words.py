"""One text in both languages of the player's pages."""

from typing import Annotated

import msgspec
from msgspec import Meta

Text = Annotated[str, Meta(min_length=1, max_length=2000)]


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One text in English and in Chinese."""

    en: Text
    zh: Text
