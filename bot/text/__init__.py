"""Make the text of strangers safe: as a reader sees it, without secrets, inert when quoted."""

from bot.text.amounts import count_noun, name_lines, render_usd
from bot.text.comment_commands import parse_commands
from bot.text.invisible_chars import strip_invisible
from bot.text.quoting import (
    as_code_span,
    as_link,
    call_account,
    defuse_inline,
    defuse_markdown,
    defuse_mentions,
    link_markdown,
)
from bot.text.rendered_markdown import extract_visible
from bot.text.secret_masks import find_secrets, mask_secrets
from bot.text.secret_values import SecretValues

__all__ = [
    "SecretValues",
    "as_code_span",
    "as_link",
    "call_account",
    "count_noun",
    "defuse_inline",
    "defuse_markdown",
    "defuse_mentions",
    "extract_visible",
    "find_secrets",
    "link_markdown",
    "mask_secrets",
    "name_lines",
    "parse_commands",
    "render_usd",
    "strip_invisible",
]
