"""Tell whether a request asks for another thing of a kind, and show how the last one was added."""

from bot.search.families.candidates import FamilySources
from bot.search.families.family_choice import find_family

__all__ = ["FamilySources", "find_family"]
