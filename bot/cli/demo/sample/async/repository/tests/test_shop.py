import asyncio
import unittest

from shop.cart import Cart
from shop.prices import prices_in
from shop.rates import UnknownCurrency, fetch_rate
from shop.server import answer


class TestShop(unittest.TestCase):
    def test_rate(self):
        self.assertEqual(0.92, fetch_rate("EUR"))

    def test_unknown_currency(self):
        with self.assertRaises(UnknownCurrency):
            fetch_rate("XXX")

    def test_prices(self):
        self.assertEqual(["11.04 EUR", "9.48 GBP"], prices_in(1200, ["EUR", "GBP"]))

    def test_cart(self):
        self.assertEqual("19.78 EUR", Cart("EUR", [1200, 950]).price)

    def test_answer(self):
        self.assertEqual("11.04 EUR", asyncio.run(answer("1200 EUR")))
        self.assertEqual("unknown currency: XXX", asyncio.run(answer("1200 XXX")))
