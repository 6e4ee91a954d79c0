"""Here lives how GitHub says no: a status, a sentence, and for bad input the fields."""

from __future__ import annotations

from collections.abc import Mapping

DOCS = "https://docs.github.com/rest"


class RestRefusal(Exception):
    """An answer that is an error. `errors` are GitHub's objects for single fields."""

    def __init__(
        self,
        status: int,
        message: str,
        errors: tuple[Mapping[str, str], ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors
        self.headers = dict(headers or {})

    def body(self) -> dict[str, object]:
        errors = {"errors": [dict(error) for error in self.errors]} if self.errors else {}
        return {
            "message": self.message,
            **errors,
            "documentation_url": DOCS,
            "status": str(self.status),
        }


def invalid(resource: str, field: str, code: str, message: str = "") -> RestRefusal:
    """422 for one field, with GitHub's code: missing, missing_field, invalid, already_exists,
    custom.
    """
    error = {"resource": resource, "field": field, "code": code} | (
        {"message": message} if message else {}
    )
    return RestRefusal(422, "Validation Failed", (error,))
