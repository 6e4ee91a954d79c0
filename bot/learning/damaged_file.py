"""What the readers of archives and numbers raise for a file that is damaged, or made to do harm."""

from __future__ import annotations

import zlib
from tokenize import TokenError
from zipfile import BadZipFile


class Damage(ValueError):
    """What is wrong with a file, as the end of a sentence."""


# NumPy reads the head of an array as Python, so an odd one may end in whatever Python's parser
# raises; zipfile raises RuntimeError for a file that is encrypted or of a kind it does not know.
DAMAGES = (
    ArithmeticError,
    AttributeError,
    BadZipFile,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TokenError,
    TypeError,
    ValueError,
    zlib.error,
)


def explain_damage(error: BaseException) -> str:
    """Say what is wrong with a file, as the end of a sentence."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) if isinstance(error, Damage) else "it is damaged, or of another kind"
