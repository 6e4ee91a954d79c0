"""Tell whether a request asks for another thing of a kind, and show how the last one was added."""

from bot.search.families.family_choice import FamilySources, find_family

__all__ = ["FamilySources", "find_family"]
