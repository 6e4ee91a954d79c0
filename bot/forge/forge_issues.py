"""Here lives what can be done to issues and their comments, by people and by Apps alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.forge.event_publisher import EventPublisher
from bot.forge.forge_records import CommentRecord, IssueRecord, LabelRecord, ReactionRecord
from bot.forge.forge_state import ForgeState, Json, RepositoryRecord, now
from bot.forge.issue_views import comment as comment_view
from bot.forge.issue_views import issue as issue_view
from bot.forge.issue_views import label as label_view


def changes(old: IssueRecord, new: IssueRecord) -> Json:
    """What `edited` tells: the old words of those that are new."""
    words = (("title", old.title, new.title), ("body", old.body, new.body))
    return {what: {"from": was} for what, was, is_now in words if was != is_now}


class ForgeIssues:
    """Opens, edits, labels and closes issues, and tells it."""

    def __init__(self, state: ForgeState, news: EventPublisher) -> None:
        self._state = state
        self._news = news

    def open(
        self, repo: RepositoryRecord, by: str, title: str, body: str, labels: Sequence[str] = ()
    ) -> IssueRecord:
        """GitHub sends `opened`, then one `labeled` for each label."""
        at = now()
        number = self.next_number(repo)
        made = IssueRecord(self._state.new_id(), number, title, body, by, at, at)
        repo.issues[number] = made
        self.tell(repo, "opened", made, by)
        for name in labels:
            made = self.label(repo, number, name, by)
        return made

    def next_number(self, repo: RepositoryRecord) -> int:
        """Issues and pull requests are numbered together; a deleted number is not used again."""
        return max([*repo.issues, *repo.gone], default=0) + 1

    def edit(
        self, repo: RepositoryRecord, number: int, by: str, title: str | None, body: str | None
    ) -> IssueRecord:
        old = repo.issues[number]
        new = replace(
            old,
            title=old.title if title is None else title,
            body=old.body if body is None else body,
            updated_at=now(),
        )
        repo.issues[number] = new
        self.tell(repo, "edited", new, by, changes=changes(old, new))
        return new

    def close(self, repo: RepositoryRecord, number: int, by: str) -> None:
        at = now()
        closed = replace(repo.issues[number], state="closed", closed_at=at, updated_at=at)
        repo.issues[number] = closed
        self.tell(repo, "closed", closed, by)

    def reopen(self, repo: RepositoryRecord, number: int, by: str) -> None:
        opened = replace(repo.issues[number], state="open", closed_at=None, updated_at=now())
        repo.issues[number] = opened
        self.tell(repo, "reopened", opened, by)

    def lock(self, repo: RepositoryRecord, number: int, by: str, *, locked: bool) -> None:
        after = replace(repo.issues[number], locked=locked, updated_at=now())
        repo.issues[number] = after
        self.tell(repo, "locked" if locked else "unlocked", after, by)

    def delete(self, repo: RepositoryRecord, number: int, by: str) -> None:
        """Its comments and reactions go with it; the number answers 410 from then on."""
        old = repo.issues[number]
        view = issue_view(self._state, repo, old)
        del repo.issues[number]
        repo.gone.add(number)
        repo.comments = {key: one for key, one in repo.comments.items() if one.number != number}
        repo.reactions = [one for one in repo.reactions if one.number != number]
        self._news.tell(repo, "issues", "deleted", by, issue=view)

    def label(self, repo: RepositoryRecord, number: int, name: str, by: str) -> IssueRecord:
        """A label that the repository does not know yet is made."""
        label = repo.labels.setdefault(name, LabelRecord(self._state.new_id(), name))
        before = repo.issues[number]
        if name in before.labels:
            return before
        after = replace(before, labels=(*before.labels, name), updated_at=now())
        repo.issues[number] = after
        self.tell(repo, "labeled", after, by, label=label_view(self._state, repo, label))
        return after

    def unlabel(self, repo: RepositoryRecord, number: int, name: str, by: str) -> None:
        before = repo.issues[number]
        after = replace(
            before, labels=tuple(one for one in before.labels if one != name), updated_at=now()
        )
        repo.issues[number] = after
        self.tell(
            repo, "unlabeled", after, by, label=label_view(self._state, repo, repo.labels[name])
        )

    def tell(
        self, repo: RepositoryRecord, action: str, one: IssueRecord, by: str, **parts: object
    ) -> None:
        """What happens to a pull request as an issue is told by `Pulls`."""
        if type(one) is IssueRecord:
            self._news.tell(
                repo, "issues", action, by, issue=issue_view(self._state, repo, one), **parts
            )

    # --- comments and reactions

    def comment(self, repo: RepositoryRecord, number: int, by: str, body: str) -> CommentRecord:
        at = now()
        made = CommentRecord(self._state.new_id(), number, by, body, at, at)
        repo.comments[made.id] = made
        self._touch(repo, number)
        self._tell_comment(repo, "created", made, by)
        return made

    def edit_comment(self, repo: RepositoryRecord, key: int, by: str, body: str) -> CommentRecord:
        old = repo.comments[key]
        new = replace(old, body=body, updated_at=now())
        repo.comments[key] = new
        self._tell_comment(repo, "edited", new, by, changes={"body": {"from": old.body}})
        return new

    def delete_comment(self, repo: RepositoryRecord, key: int, by: str) -> None:
        old = repo.comments[key]
        repo.reactions = [one for one in repo.reactions if one.comment != key]
        self._tell_comment(repo, "deleted", old, by)
        del repo.comments[key]

    def react(
        self, repo: RepositoryRecord, number: int, key: int | None, by: str, content: str
    ) -> tuple[ReactionRecord, bool]:
        """The reaction, and whether it is new: nobody reacts twice with the same."""
        for one in repo.reactions:
            if (one.number, one.comment, one.author, one.content) == (number, key, by, content):
                return one, False
        made = ReactionRecord(self._state.new_id(), number, key, by, content, now())
        repo.reactions.append(made)
        return made, True

    def _touch(self, repo: RepositoryRecord, number: int) -> None:
        repo.issues[number] = replace(repo.issues[number], updated_at=now())

    def _tell_comment(
        self, repo: RepositoryRecord, action: str, one: CommentRecord, by: str, **parts: Json
    ) -> None:
        views = {
            "issue": issue_view(self._state, repo, repo.issues[one.number]),
            "comment": comment_view(self._state, repo, one),
        }
        self._news.tell(repo, "issue_comment", action, by, **views, **parts)
