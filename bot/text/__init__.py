"""Here lives what is done to text that is not ours: seen as readers see it, rid of secrets, quoted
safely.
"""

from bot.text.comment_commands import commands
from bot.text.invisible_chars import seen
from bot.text.quoting import bare, coded, inline, quoted
from bot.text.rendered_markdown import visible
from bot.text.secret_masks import masked, secrets

__all__ = ["bare", "coded", "commands", "inline", "masked", "quoted", "secrets", "seen", "visible"]
