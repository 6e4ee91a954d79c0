"""Find the texts that a request quotes, and every place in the code where each of them stands."""

from bot.search.quoted.quoted_places import find_quoted_places, list_candidate_files
from bot.search.quoted.quoted_texts import QuotedText, find_quoted_texts

__all__ = ["QuotedText", "find_quoted_places", "find_quoted_texts", "list_candidate_files"]
