"""Here lives the one table of what each signal is worth. `python -m tests.benchmarks.weights`
learns it again.
"""

from __future__ import annotations

from types import MappingProxyType

# Each signal is divided by its best file's, so these can be compared with each other.
WEIGHTS = MappingProxyType(
    {
        "file": 3.3,  # BM25 of the whole file
        "chunk": 3.4,  # of its three best definitions
        "path": 1.3,  # of the words in its path
        "names": 0.7,  # of the names that it defines
        "rare": 0.55,  # it defines a name that the request spells out and few files define
        "past": 1.85,  # commits that said the like changed it
        "tests": 0.65,  # the tests that answer the request exercise it
        "named": 2.1,  # the request spells out its path
        # a model of meaning finds them alike, where there is one; chosen for a small general model
        "meaning": 2.0,
    }
)
# Not learned: whoever asks for code seldom means a text, so a text must be much better to come
# before code.
TEXT_WORTH = 0.4
# What a definition gains from its file and from its name's words, and what a class loses to its
# methods.
FILE_IN_SYMBOL = 0.8
NAME_IN_SYMBOL = 0.2
OUTER_SYMBOL = 0.2
