"""Weigh the signals. `python -m tests.benchmarks.learn_weights` learns these weights anew."""

from __future__ import annotations

from types import MappingProxyType

# Each signal is divided by its value for its best file, so the weights can be compared.
WEIGHTS = MappingProxyType(
    {
        "file": 3.3,  # BM25 of the whole file
        "chunk": 3.4,  # of its three best definitions
        "folder": 1.5,  # of all files in its folder
        "path": 1.3,  # of the words in its path
        "rare": 0.8,  # it defines a name that the request spells out and few files define
        "commits": 2.7,  # commits with similar messages changed it
        "tests": 0.5,  # tests that match the request are named after it
        "mentions": 2.1,  # the request spells out its path
        "used": 1.0,  # the best definitions use what it defines
        # It is semantically similar, where there is a model; chosen for a small general one.
        "similarity": 2.0,
    }
)
# The same for test files, by the tests that 91 real commits changed.
TEST_WEIGHTS = MappingProxyType(
    {
        "words": 1.3,  # BM25 of the whole file
        "path": 0.5,  # of the words in its path
        "mentions": 0.4,  # the request spells out its path
        "named": 0.2,  # it is named after one of the best files
        "references": 0.35,  # it holds the names of the best definitions
        "history": 0.2,  # commits changed it together with the best files
        "commits": 0.15,  # commits with similar messages changed it
    }
)
# Not learned: a request seldom means a text, so a text must match much better to precede code.
TEXT_WEIGHT = 0.375
ASIDE_WEIGHT = 0.5  # of examples, playgrounds and release notes
TEST_DATA_WEIGHT = 0.8  # of what tests read, such as a JSON file beside them
# The same for definitions, by the functions that real commits changed.
SYMBOL_WEIGHTS = MappingProxyType(
    {
        "words": 4.9,  # BM25 of its text
        "best": 1.7,  # the same, as a share of that of the best definition in its file
        "file": 8.5,  # the score of its file
        "function": 3.1,  # it is a function, and no class or type
        "named": 1.4,  # the request spells out its name as code
        "changed": 1.0,  # its name stands where similar commits changed its file
        "length": 3.0,  # it is long
    }
)
