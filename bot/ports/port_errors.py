"""What goes wrong at a port, and what people are told of it."""

from __future__ import annotations


class Refusal(Exception):
    """A human asked for what we will not do, or cannot: the text is posted as it is and ends the
    run. `detail`, such as a vendor's own words, is for the log and the page alone.
    """

    def __init__(self, text: str, detail: str = "") -> None:
        super().__init__(text)
        self.detail = detail


class Unreachable(Exception):
    """A port failed in a way that may pass: the engine tries again, capped. The text holds no
    secret, and is for the log and the page; people read which `service` it is, and since when.

    `since` is seconds since the epoch; 0 where nobody has counted.
    """

    most_tries: int | None = None  # None leaves it to the engine

    def __init__(self, text: str, service: str = "", since: float = 0.0) -> None:
        super().__init__(text)
        self.service = service
        self.since = since


class BadAnswer(Unreachable):
    """A port answers otherwise than it documents: another try may help, and many do not."""

    most_tries = 4


class RateLimited(Unreachable):
    """A port said when it will listen again: `until` is seconds since the epoch."""

    def __init__(self, text: str, until: float, service: str = "") -> None:
        super().__init__(text, service)
        self.until = until
