"""Say which things are of one kind, and what is changed with them."""

from __future__ import annotations

from bot.text.amounts import count_noun
from bot.values import CodeFamily, SharedPlace


def describe_family(family: CodeFamily) -> str:
    """Describe a family with its size: "7 classes that extend Formatter"."""
    match family.kind:
        case "classes":
            return f"{count_noun(family.size, 'class', 'classes')} with the base {family.place}"
        case "folders":
            return f"{count_noun(family.size, 'folder')} in {family.place or 'the root'}"
        case "definitions":
            return f"{count_noun(family.size, 'definition')} in {family.place}"
        case "registrations":
            return f"{count_noun(family.size, 'registration')} by {family.place}"
        case "entries":
            return f"{count_noun(family.size, 'entry', 'entries')} of {family.place}"
        case _:
            return f"{count_noun(family.size, 'file')} in {family.place or 'the root'}"


def describe_place(place: SharedPlace, additions: int) -> str:
    """Describe a place with how often it changed: "docs/index.md (2 of 3)"."""
    return f"{place.path} ({place.commits} of {additions})"
