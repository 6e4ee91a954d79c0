"""Make text of strangers safe for a terminal."""

import re

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def strip_control(text: str) -> str:
    """Replace what would command the terminal or turn its lines around."""
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
