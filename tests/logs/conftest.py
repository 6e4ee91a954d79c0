"""Projects whose tools are run, and whose logs are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.logs.project import Project

SHOP = {
    "src/cart.py": """
        from prices import price_of


        def total(names):
            return sum(price_of(name) for name in names)
        """,
    "src/prices.py": """
        PRICES = {"pear": 2}


        def price_of(name):
            return PRICES[name]
        """,
    "tests/test_cart.py": """
        import pytest

        from cart import total


        @pytest.mark.parametrize("name, expected", [("pear", 2), ("pear - big", 3)])
        def test_price(name, expected):
            assert total([name.partition(" ")[0]]) == expected


        class TestUnknown:
            def test_kiwi(self):
                total(["pear", "kiwi"])
        """,
    "conftest.py": "import sys; sys.path.insert(0, 'src')",
}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty project."""
    return Project(tmp_path)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project of two modules whose tests fail in two ways."""
    return Project(tmp_path_factory.mktemp("shop")).write(SHOP)
