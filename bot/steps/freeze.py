"""Here lives the freezing of a request: what writers asked, as it stood at the trigger, as a reader sees it."""

from __future__ import annotations

from bot.steps.admit import WRITERS
from bot.steps.report import ENDS
from bot.text import seen, visible
from bot.values import Asking, Issue, Remark
from bot.ports import World

QUESTION = ENDS["asked"][1]


def freeze(world: World, asking: Asking) -> Issue:
    """The request as text: title and body from the webhook, and those comments that a writer made before the trigger.

    Comments edited after the trigger are dropped: nobody who may ask has seen what they say now. Everything
    that a reader of the rendered page would not see is dropped too.
    Of what bots say only our own questions stay, for their answers.
    """
    login = world.github.login()
    remarks = [
        Remark(remark.id, remark.author, visible(remark.body), remark.at, remark.edited_at)
        for remark in world.github.remarks(asking.repo, asking.number)
        if remark.at <= asking.at
        and remark.edited_at <= asking.at
        and (not remark.bot or (remark.author == login and QUESTION in remark.body))
    ]
    writers = {
        author
        for author in sorted({remark.author for remark in remarks})
        if author in (asking.asker, login) or world.github.permission(asking.repo, author) in WRITERS
    }
    return Issue(
        asking.number,
        seen(asking.title),  # GitHub shows a title as it is written
        visible(asking.body),
        asking.asker,
        remarks=tuple(remark for remark in remarks if remark.author in writers),
    )
