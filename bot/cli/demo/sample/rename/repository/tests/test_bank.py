import io
import unittest
from unittest.mock import patch

from bank.account import Account, Savings
from bank.export import write_csv
from bank.order import Order, pay


class TestBank(unittest.TestCase):
    def test_total(self):
        self.assertEqual(750, Account("ada", [500, 250]).total())
        self.assertEqual(375, Savings("ada", [500, 250]).total())

    def test_pay(self):
        account = Account("ada", [500])
        self.assertEqual(300, pay(Order([120, 80]), account))

    def test_too_little(self):
        with patch("bank.account.Account.total", return_value=10):
            with self.assertRaisesRegex(ValueError, "ada has only 10 cents"):
                pay(Order([120]), Account("ada", [500]))

    def test_export(self):
        file = io.StringIO()
        write_csv(file, [Account("ada", [500])], [Order([120])])
        self.assertEqual("kind,total\nada,500\norder,120\n", file.getvalue())
