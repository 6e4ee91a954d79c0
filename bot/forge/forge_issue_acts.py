"""What people do to issues, their labels and their comments."""

from __future__ import annotations

from collections.abc import Sequence

from bot.forge.forge_issues import ForgeIssues
from bot.forge.forge_records import ClosedAs
from bot.forge.forge_state import ForgeState


class IssueActs:
    """The acts of people on issues, each by its login. Nobody's permission is asked."""

    state: ForgeState
    issues: ForgeIssues

    def open_issue(
        self, repo: str, by: str, title: str, body: str, labels: Sequence[str] = ()
    ) -> int:
        """Open an issue and return its number."""
        with self.state.lock:
            repository = self.state.find_repository(repo)
            return self.issues.open(repository, by, title, body, labels).number

    def edit_issue(
        self, repo: str, number: int, by: str, title: str | None = None, body: str | None = None
    ) -> None:
        """Change an issue's title or body."""
        with self.state.lock:
            self.issues.edit(self.state.find_repository(repo), number, by, title, body)

    def close_issue(self, repo: str, number: int, by: str, as_: ClosedAs = "completed") -> None:
        """Close an issue."""
        with self.state.lock:
            self.issues.close(self.state.find_repository(repo), number, by, as_)

    def reopen_issue(self, repo: str, number: int, by: str) -> None:
        """Open a closed issue again."""
        with self.state.lock:
            self.issues.reopen(self.state.find_repository(repo), number, by)

    def lock_issue(self, repo: str, number: int, by: str) -> None:
        """Lock an issue's conversation."""
        with self.state.lock:
            self.issues.lock(self.state.find_repository(repo), number, by)

    def delete_issue(self, repo: str, number: int, by: str) -> None:
        """Delete an issue for good."""
        with self.state.lock:
            self.issues.delete(self.state.find_repository(repo), number, by)

    def add_label(self, repo: str, number: int, name: str, by: str) -> None:
        """Label an issue."""
        with self.state.lock:
            self.issues.add_label(self.state.find_repository(repo), number, name, by)

    def remove_label(self, repo: str, number: int, name: str, by: str) -> None:
        """Take a label from an issue."""
        with self.state.lock:
            self.issues.remove_label(self.state.find_repository(repo), number, name, by)

    def add_comment(self, repo: str, number: int, by: str, body: str) -> int:
        """Comment on an issue or pull request and return the comment's id."""
        with self.state.lock:
            return self.issues.add_comment(self.state.find_repository(repo), number, by, body).id

    def edit_comment(self, repo: str, comment: int, by: str, body: str) -> None:
        """Change a comment's text."""
        with self.state.lock:
            self.issues.edit_comment(self.state.find_repository(repo), comment, by, body)

    def delete_comment(self, repo: str, comment: int, by: str) -> None:
        """Delete a comment."""
        with self.state.lock:
            self.issues.delete_comment(self.state.find_repository(repo), comment, by)
