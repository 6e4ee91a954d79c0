"""Open, edit, label, close and comment on issues, for people and Apps alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.forge.event_publisher import EventPublisher
from bot.forge.forge_records import (
    ClosedAs,
    CommentRecord,
    IssueRecord,
    LabelRecord,
    ReactionRecord,
)
from bot.forge.forge_state import ForgeState, Json, RepositoryRecord, now
from bot.forge.issue_views import render_comment, render_issue, render_label


def list_changes(old: IssueRecord, new: IssueRecord) -> Json:
    """Return what an `edited` event carries: the old text of each field that is new."""
    fields = (("title", old.title, new.title), ("body", old.body, new.body))
    return {name: {"from": before} for name, before, after in fields if before != after}


def edit_texts(issue: IssueRecord, title: str | None, body: str | None) -> Json:
    """Return the fields of an edit, for `replace`; None leaves a text as it is."""
    return {
        "title": issue.title if title is None else title,
        "body": issue.body if body is None else body,
        "updated_at": now(),
    }


class ForgeIssues:
    """Changes issues and publishes each change.

    What happens to a pull request as an issue is published by `ForgePulls`.
    """

    def __init__(self, state: ForgeState, publisher: EventPublisher) -> None:
        self._state = state
        self._publisher = publisher

    def open(
        self,
        repository: RepositoryRecord,
        author: str,
        title: str,
        body: str,
        labels: Sequence[str] = (),
    ) -> IssueRecord:
        """Open an issue; GitHub sends `opened`, then one `labeled` for each label."""
        time = now()
        number = self.next_number(repository)
        issue = IssueRecord(self._state.make_id(), number, title, body, author, time, time)
        self._save(repository, issue, "opened", author)
        for name in labels:
            issue = self.add_label(repository, number, name, author)
        return issue

    def next_number(self, repository: RepositoryRecord) -> int:
        """Return the next number of issues and pull requests; a deleted one is not used again."""
        return max([*repository.issues, *repository.deleted_issues], default=0) + 1

    def edit(
        self,
        repository: RepositoryRecord,
        number: int,
        actor: str,
        title: str | None,
        body: str | None,
    ) -> IssueRecord:
        """Change the title or the body; None leaves it as it is."""
        old = repository.issues[number]
        new = replace(old, **edit_texts(old, title, body))  # type: ignore[arg-type]
        self._save(repository, new, "edited", actor, changes=list_changes(old, new))
        return new

    def close(
        self,
        repository: RepositoryRecord,
        number: int,
        actor: str,
        closed_as: ClosedAs = "completed",
    ) -> None:
        """Close an issue."""
        time = now()
        issue = replace(repository.issues[number], state="closed", closed_as=closed_as)
        issue = replace(issue, closed_at=time, updated_at=time)
        self._save(repository, issue, "closed", actor)

    def reopen(self, repository: RepositoryRecord, number: int, actor: str) -> None:
        """Open a closed issue again."""
        issue = repository.issues[number]
        issue = replace(issue, state="open", closed_at=None, updated_at=now())
        self._save(repository, issue, "reopened", actor)

    def lock(self, repository: RepositoryRecord, number: int, actor: str) -> None:
        """Lock the conversation: only people with write access may comment from then on."""
        issue = replace(repository.issues[number], locked=True, updated_at=now())
        self._save(repository, issue, "locked", actor)

    def delete(self, repository: RepositoryRecord, number: int, actor: str) -> None:
        """Delete an issue with its comments and reactions; its number answers 410 from then on."""
        view = render_issue(self._state, repository, repository.issues[number])
        del repository.issues[number]
        repository.deleted_issues.add(number)
        for comment in repository.list_comments(number):
            del repository.comments[comment.id]
        repository.reactions = [
            reaction for reaction in repository.reactions if reaction.number != number
        ]
        self._publisher.publish(repository, "issues", "deleted", actor, issue=view)

    def add_label(
        self, repository: RepositoryRecord, number: int, name: str, actor: str
    ) -> IssueRecord:
        """Label an issue; a label that the repository does not have yet is made."""
        label = repository.labels.setdefault(name, LabelRecord(self._state.make_id(), name))
        issue = repository.issues[number]
        if name in issue.labels:
            return issue
        issue = replace(issue, labels=(*issue.labels, name), updated_at=now())
        view = render_label(self._state, repository, label)
        self._save(repository, issue, "labeled", actor, label=view)
        return issue

    def remove_label(
        self, repository: RepositoryRecord, number: int, name: str, actor: str
    ) -> None:
        """Take a label from an issue."""
        issue = repository.issues[number]
        labels = tuple(label for label in issue.labels if label != name)
        issue = replace(issue, labels=labels, updated_at=now())
        view = render_label(self._state, repository, repository.labels[name])
        self._save(repository, issue, "unlabeled", actor, label=view)

    def _save(
        self,
        repository: RepositoryRecord,
        issue: IssueRecord,
        action: str,
        actor: str,
        **parts: object,
    ) -> None:
        repository.issues[issue.number] = issue
        if type(issue) is IssueRecord:
            view = render_issue(self._state, repository, issue)
            self._publisher.publish(repository, "issues", action, actor, issue=view, **parts)

    # --- comments and reactions

    def add_comment(
        self, repository: RepositoryRecord, number: int, author: str, body: str
    ) -> CommentRecord:
        """Comment on an issue or a pull request."""
        time = now()
        comment = CommentRecord(self._state.make_id(), number, author, body, time, time)
        repository.comments[comment.id] = comment
        repository.issues[number] = replace(repository.issues[number], updated_at=now())
        self._publish_comment(repository, "created", comment, author)
        return comment

    def edit_comment(
        self, repository: RepositoryRecord, comment_id: int, actor: str, body: str
    ) -> CommentRecord:
        """Change a comment's text."""
        old = repository.comments[comment_id]
        new = replace(old, body=body, updated_at=now())
        repository.comments[comment_id] = new
        changes: Json = {"body": {"from": old.body}}
        self._publish_comment(repository, "edited", new, actor, changes=changes)
        return new

    def delete_comment(self, repository: RepositoryRecord, comment_id: int, actor: str) -> None:
        """Delete a comment with its reactions."""
        repository.reactions = [
            reaction for reaction in repository.reactions if reaction.comment != comment_id
        ]
        self._publish_comment(repository, "deleted", repository.comments[comment_id], actor)
        del repository.comments[comment_id]

    def add_reaction(
        self,
        repository: RepositoryRecord,
        number: int,
        comment_id: int | None,
        author: str,
        content: str,
    ) -> tuple[ReactionRecord, bool]:
        """Return the reaction, and whether it is new: nobody reacts twice with the same."""
        for reaction in repository.reactions:
            place = (reaction.number, reaction.comment)
            if place == (number, comment_id) and reaction.is_by(author, content):
                return reaction, False
        reaction = ReactionRecord(self._state.make_id(), number, comment_id, author, content, now())
        repository.reactions.append(reaction)
        return reaction, True

    def _publish_comment(
        self,
        repository: RepositoryRecord,
        action: str,
        comment: CommentRecord,
        actor: str,
        **parts: Json,
    ) -> None:
        issue = repository.issues[comment.number]
        self._publisher.publish(
            repository,
            "issue_comment",
            action,
            actor,
            issue=render_issue(self._state, repository, issue),
            comment=render_comment(self._state, repository, comment),
            **parts,
        )
