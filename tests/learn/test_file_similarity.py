"""Copies and near-copies are found by fingerprints."""

from __future__ import annotations

from bot.corpus.file_similarity import (
    SIMILAR,
    compute_fingerprint,
    estimate_similarity,
    list_band_keys,
)

LINES = [
    f"value_{number} = compute(first_{number}, {number} + {number % 7})" for number in range(80)
]

KNOWN = ("c5ed18cfcb3cc69407463b140771359b", 6217558, -6908617224432698775)


def sketch(lines):
    """Sketch a file of these lines."""
    return compute_fingerprint("\n".join(lines)).sketch


def test_blanks_make_no_other_file():
    """Files that differ in indentation and line ends are equal."""
    spaced = compute_fingerprint("if x:\n    y = 1\n")
    tabbed = compute_fingerprint("if x:\r\n\ty = 1\r\n\r\n")

    assert spaced.content == tabbed.content


def test_a_changed_line_makes_a_near_copy():
    """One line in eighty leaves the files alike, and they share a band, by which they are found."""
    original, changed = sketch(LINES), sketch([*LINES[:40], "return None", *LINES[41:]])

    assert estimate_similarity(original, changed) > SIMILAR
    assert set(list_band_keys(original)) & set(list_band_keys(changed))


def test_other_files_are_not_alike():
    """Files with other names in the same form are no copies."""
    renamed = [line.replace("first", "last").replace("compute", "count") for line in LINES]

    assert estimate_similarity(sketch(LINES), sketch(renamed)) < SIMILAR


def test_short_files_are_compared_by_content_alone():
    """What has few tokens is like many others without being a copy."""
    assert compute_fingerprint("from a import b\n").sketch is None


def test_fingerprints_are_the_same_in_every_run():
    """They are kept in a database, so neither Python's hash seed nor a version may change them."""
    fingerprint = compute_fingerprint("\n".join(LINES))

    band = list_band_keys(fingerprint.sketch)[0]
    assert KNOWN == (fingerprint.content.hex(), int(fingerprint.sketch[0]), band)
