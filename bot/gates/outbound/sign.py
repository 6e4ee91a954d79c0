"""What a line does that could carry something out of CI, or run what nobody sees."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

Kind = Literal["environment", "network", "encoding", "execution"]
# Variables by whose names people know a secret.
SECRET_NAME = re.compile(
    r"TOKEN|SECRET|PASSW|PASSPHRASE|PWD\b|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIAL|_KEY\b|\bKEY\b"
    r"|_PAT\b|\bDSN\b|_DSN\b|WEBHOOK|\bAUTH\b|_AUTH\b|COOKIE|SIGNING",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that a line does, in words that follow its quotation.

    A weak one is common in honest work, and tells something only beside another kind.
    """

    line: int
    kind: Kind
    quote: str
    does: str
    is_weak: bool = False


def names_secret(name: str, secrets: Collection[str]) -> bool:
    """Tell whether a variable is one of these secrets, or is called as secrets are."""
    return name.upper() in secrets or SECRET_NAME.search(name) is not None
