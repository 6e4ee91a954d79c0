"""Orders, and how they are paid."""

from dataclasses import dataclass

from bank.account import Account


@dataclass
class Order:
    """What somebody ordered."""

    prices: list[int]

    def total(self) -> int:
        """Give what the order costs."""
        return sum(self.prices)


def pay(order: Order, account: Account) -> int:
    """Pay an order, and give what the account holds then."""
    if not account.can_pay(order.total()):
        raise ValueError(f"{account.owner} has only {account.total()} cents")
    account.payments.append(-order.total())
    return account.total()
