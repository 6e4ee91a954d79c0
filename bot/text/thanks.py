"""Tell whether a comment only thanks or praises, so that nobody has to act on it."""

from __future__ import annotations

import re

LONGEST = 16  # words of a text that may be thanks alone
_THANKS = """
    thanks thank thx ty tysm cheers appreciated danke merci gracias obrigado grazie spasibo lgtm
    sgtm shipit great nice neat good perfect awesome excellent amazing brilliant fantastic
    wonderful lovely cool super beautiful sweet elegant love like approved wow yay bravo congrats
    kudos
"""
# None of these can ask for anything, in any order: there is no verb, no "no" and no "now".
_BESIDE_THEM = """
    a ah all and are as bot everyone folks for from got greenlit i im is it its lot lots many me
    much oh ok okay okey really so sure team that the these this those to ton tons too us
    very we well yes yep you your vielen muchas beaucoup looks looking s m works sounds seems fine
    done
"""
_PRAISED = re.compile(
    r"\b(?:(?P<praise>nice|good|great|awesome|excellent)"
    r"|for (?:all )?(?:the|this|that|these|your) (?:(?:quick|fast|nice|good|great) )?)"
    r" ?(?:answers?|approach|catch|changes?|code|explanations?|fix|fixes|idea|job|one|point|pr"
    r"|reply|review|solution|stuff|tests?|updates?|work)\b"
)
_WORD = re.compile(r"[^\W_]+")
_MENTION = re.compile(r"(?<!\w)@[\w-]+(?:\[bot\])?")
_SHORTCODE = re.compile(r":[a-z0-9_+-]+:")
_SAYS_MORE = re.compile(r"[?`<>\[\]#/=]|\d")  # a question, code, HTML, a link, a number


def says_only_thanks(text: str) -> bool:
    """Tell whether a text is thanks, praise or emoji and nothing besides.

    A rule, no model: every word must be known to ask for nothing, in a short text without a
    question, code or links. In doubt the text says something. No text at all is no thanks.
    """
    plain = _SHORTCODE.sub(" ", _MENTION.sub(" ", text))
    if not text.strip() or _SAYS_MORE.search(plain):
        return False
    words = _WORD.findall(_PRAISED.sub(_keep_praise, _simplify(plain)))
    if not words:
        return bool(_SHORTCODE.search(text)) or any(not char.isascii() for char in plain)
    thanks = set(_THANKS.split())
    is_known = set(words) <= thanks | set(_BESIDE_THEM.split())
    return is_known and len(words) <= LONGEST and not thanks.isdisjoint(words)


def _simplify(text: str) -> str:
    """Write it in lower case, with single blanks; what is shortened is written out."""
    return " ".join(re.sub(r"[’'](?=s\b|m\b)", " ", text.lower()).split())


def _keep_praise(match: re.Match[str]) -> str:
    """Leave out what is praised or thanked for."""
    return match["praise"] or ""
