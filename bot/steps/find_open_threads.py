"""Find what waits for an answer in a pull request: its threads, and the texts of its reviews."""

from __future__ import annotations

from dataclasses import dataclass, field

from rich.text import Text

from bot.ports import Ports
from bot.run import Summary, step
from bot.steps.admit import WRITERS, list_reviewers
from bot.steps.thread_rules import choose_open, choose_reviews
from bot.text import count_noun
from bot.text.bot_logins import is_bot_login
from bot.values import Repo, Review, ReviewThread

BOT_ROUNDS = 3  # reviews of a bot that are heard in one pull request


def _summarize_threads(threads: tuple[ReviewThread, ...]) -> Summary:
    return "review", Text(f"{count_noun(len(threads), 'thread')} to answer")


@step("find_open_threads", _summarize_threads)
def find_open_threads(
    ports: Ports, repo: Repo, number: int, *, is_ours: bool
) -> tuple[ReviewThread, ...]:
    """Find all threads in which somebody who may write asked for something since the bot spoke
    last, oldest first; then the texts of reviews that were not answered, as threads without a path.

    What others wrote there is left out. In a pull request of other people only commands ask.
    """
    audience = Audience(ports, repo, ports.reviews.list_reviews(repo, number))
    return list_open_threads(audience, number, is_ours=is_ours)


def list_open_threads(
    audience: Audience, number: int, *, is_ours: bool
) -> tuple[ReviewThread, ...]:
    """List what waits for an answer, without a record."""
    ports, repo = audience.ports, audience.repo
    login = ports.credentials.fetch_login()
    threads = ports.reviews.list_threads(repo, number)
    chosen = choose_open(threads, login, audience.hears, is_ours=is_ours)
    if not is_ours or not any(review.body.strip() for review in audience.reviews):
        return chosen
    comments = ports.issues.list_comments(repo, number)
    answered = "\n".join(comment.body for comment in comments if comment.author == login)
    return chosen + choose_reviews(audience.reviews, answered, audience.hears)


@dataclass
class Audience:
    """Who is heard in the reviews of a pull request. Each person is asked for once."""

    ports: Ports
    repo: Repo
    reviews: tuple[Review, ...]
    _known: dict[str, bool] = field(default_factory=dict)
    _listed: tuple[str, ...] | None = None

    def hears(self, login: str, review: int) -> bool:
        """Tell whether a login may write, or is a bot that the repository names, in one of its
        first reviews. The bot itself is never heard.
        """
        if login not in self._known:
            self._known[login] = self._ask(login)
        return self._known[login] and (not is_bot_login(login) or self._is_early(login, review))

    def _ask(self, login: str) -> bool:
        if not is_bot_login(login):
            return self.ports.repositories.fetch_permission(self.repo, login) in WRITERS
        is_self = login == self.ports.credentials.fetch_login()
        return not is_self and login in self._list_bots()

    def _is_early(self, login: str, review: int) -> bool:
        own = [each.id for each in self.reviews if each.author == login]
        return review in own[:BOT_ROUNDS]

    def _list_bots(self) -> tuple[str, ...]:
        if self._listed is None:
            self._listed = list_reviewers(self.ports, self.repo)
        return self._listed
