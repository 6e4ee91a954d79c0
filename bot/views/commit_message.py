"""Render the message of the bot's commits from the model's words."""

from __future__ import annotations

import re

from bot.text import defuse_mentions, mask_secrets, strip_invisible
from bot.values import Finish, Request

MUTE = re.compile(
    r"\[(?:skip ci|ci skip|no ci|skip actions|actions skip)\]|^skip-checks:.*$",
    re.IGNORECASE | re.MULTILINE,
)


def render_commit_message(finish: Finish, request: Request) -> str:
    """Render the model's words made harmless, with the asker as co-author.

    What nobody sees is left out (git takes no NUL), and so is what would keep CI from running.
    """
    login = f"{request.asker_id}+{request.asker}" if request.asker_id else request.asker
    paragraphs = (
        defuse_mentions(" ".join(strip_invisible(finish.title).split())),
        defuse_mentions(strip_invisible(finish.message).strip()),
        f"Co-authored-by: {request.asker} <{login}@users.noreply.github.com>",
    )
    text = "\n\n".join(paragraph for paragraph in paragraphs if paragraph)
    return MUTE.sub("", mask_secrets(text)) + "\n"
