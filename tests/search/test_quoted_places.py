"""Where the texts stand that a request quotes: exact lines, counted."""

from bot.search import find_quoted_places, find_quoted_texts, list_candidate_files
from tests.search.commit_fixture import files, index_files


def find_places(contents, title, body="", best_paths=()):
    """Find the quoted texts of a request in these files."""
    index, _ = index_files(contents)
    lookups = list_candidate_files(index, find_quoted_texts(title, body))
    scanned = {path: contents[path] for lookup in lookups for path in lookup.paths}
    return find_quoted_places(lookups, scanned, best_paths)


def test_a_name_comes_with_each_of_its_lines():
    """Code first, then tests, then texts; each line once, and counted by file."""
    contents = files(
        **{
            "shop/tax.py": "from shop import add_tax\n\n\ndef f():\n    return add_tax(add_tax(1))\n",
            "tests/test_tax.py": "assert add_tax(1) == 1.2\n",
            "docs/tax.md": "Use `add_tax`.\n",
            "shop/other.py": "def add_taxes(): ...\ndef no_add_tax(): ...\n",
            "vendor/tax.py": "add_tax = 1\n",
        }
    )
    (found,) = find_places(contents, "`add_tax` rounds")

    assert [
        ("shop/tax.py", 1, "from shop import add_tax"),
        ("shop/tax.py", 5, "return add_tax(add_tax(1))"),
        ("tests/test_tax.py", 1, "assert add_tax(1) == 1.2"),
        ("docs/tax.md", 1, "Use `add_tax`."),
    ] == [(match.path, match.line, match.text) for match in found.places]
    assert (4, 3) == (found.lines, found.files)
    assert {"shop/tax.py": 2, "tests/test_tax.py": 1, "docs/tax.md": 1} == found.counts


def test_the_best_files_come_first():
    """What is ranked first is told first."""
    contents = files(**{f"shop/{name}.py": "add_tax(1)\n" for name in "abc"})
    (found,) = find_places(contents, "`add_tax`", best_paths=["shop/c.py"])

    assert ["shop/c.py", "shop/a.py", "shop/b.py"] == [match.path for match in found.places]


def test_a_text_with_many_lines_shows_some_of_each_file_and_all_counts():
    """A list of hundreds is no help."""
    contents = files(**{"shop/a.py": "add_tax(1)\n" * 30, "shop/b.py": "add_tax(1)\n" * 3})
    (found,) = find_places(contents, "`add_tax`")

    assert ["shop/a.py"] * 4 + ["shop/b.py"] * 3 == [match.path for match in found.places]
    assert (33, {"shop/a.py": 30, "shop/b.py": 3}) == (found.lines, found.counts)


def test_a_name_that_only_code_has_is_told_however_common():
    """A word of plain English is not."""
    contents = files(**{"shop/a.py": "addTax(1)\n" * 30})

    assert [("addTax", 30)] == [
        (text.text, text.lines) for text in find_places(contents, "addTax rounds")
    ]


def test_a_message_is_found_whole_or_by_its_parts():
    """Its values are not in the code."""
    contents = files(**{"shop/e.py": 'raise ValueError(f"no such item in the cart: {item!r}")\n'})
    found, _ = find_places(contents, "Crash", "ValueError: no such item in the cart: 'apple'")

    assert ("no such item in the cart", 1) == (found.text, found.lines)
    assert "no such item in the cart: 'apple'" == found.part_of


def test_of_a_dotted_name_the_last_part_is_found():
    """Where the whole stands nowhere."""
    (found,) = find_places(files(), "`shop.Cart.add_item` fails")

    assert ("add_item", "shop.Cart.add_item") == (found.text, found.part_of)


def test_an_option_is_no_part_of_a_longer_one():
    """Its dashes belong to it."""
    contents = files(**{"shop/cli.py": 'add("--dry")\nadd("--dry-run")\nadd("x--dry")\n'})
    (found,) = find_places(contents, "`--dry` is ignored")

    assert [1] == [match.line for match in found.places]


def test_what_is_nowhere_is_told_last():
    """A name that the request brings is news; a path may be spelled otherwise."""
    found = find_places(files(), "Add `Cart.apply_coupon`", "as in `add_item`, see `some/where.py`")

    assert [("add_item", 1), ("Cart.apply_coupon", 0)] == [
        (text.text, text.lines) for text in found
    ]


def test_what_was_not_looked_through_proves_no_absence():
    """Only so many bytes are read of a large repository."""
    index, _ = index_files(files())
    lookups = list_candidate_files(index, find_quoted_texts("`add_item` fails", ""))

    assert () == find_quoted_places(lookups, {})


def test_a_long_line_is_cut_between_words_around_the_text():
    """Neither the line's beginning nor its length hides the text."""
    contents = files(
        **{"shop/x.py": f"x = [{'some_value, ' * 50}add_tax, {'other_value, ' * 50}]\n"}
    )
    (found,) = find_places(contents, "`add_tax`")
    text = found.places[0].text

    assert "add_tax" in text
    assert len(text) <= 160
    assert {"some_value", "add_tax", "other_value"} == set(
        text.replace("...", "").replace(",", "").split()
    )


def test_a_common_word_is_not_listed():
    """Hundreds of lines with "print" tell nothing."""
    contents = files(**{f"shop/m{number}.py": "print(1)\n" * 9 for number in range(9)})

    assert () == find_places(contents, "`print` is slow")
