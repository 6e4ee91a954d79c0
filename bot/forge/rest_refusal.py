"""Refuse requests as GitHub does: a status, a sentence, and for bad input the fields."""

from __future__ import annotations

from collections.abc import Mapping

DOCS = "https://docs.github.com/rest"


class RestRefusal(Exception):
    """An answer that is an error. `errors` are GitHub's objects for single fields, or sentences."""

    def __init__(
        self,
        status: int,
        message: str,
        errors: tuple[Mapping[str, str] | str, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors
        self.headers = dict(headers or {})

    def body(self) -> dict[str, object]:
        """Return the JSON of the response."""
        errors = {"errors": list(self.errors)} if self.errors else {}
        return {
            "message": self.message,
            **errors,
            "documentation_url": DOCS,
            "status": str(self.status),
        }


def refuse_unknown() -> RestRefusal:
    """Make the 404 for what is not there, or not for the one who asks."""
    return RestRefusal(404, "Not Found")


def refuse_field(resource: str, field: str, code: str, message: str = "") -> RestRefusal:
    """Make a 422 for one field, with one of GitHub's codes.

    They are missing, missing_field, invalid, already_exists and custom.
    """
    error = {"resource": resource, "field": field, "code": code}
    if message:
        error["message"] = message
    return RestRefusal(422, "Validation Failed", (error,))


def refuse_entity(message: str) -> RestRefusal:
    """Make the 422 that tells what is wrong in a sentence, as for reviews."""
    return RestRefusal(422, "Unprocessable Entity", (message,))
