"""Accounts of customers."""

from dataclasses import dataclass, field


@dataclass
class Account:
    """An account, with its payments in cents."""

    owner: str
    payments: list[int] = field(default_factory=list)

    def total(self) -> int:
        """Give what the account holds."""
        return sum(self.payments)

    def can_pay(self, cents: int) -> bool:
        """Tell whether the account holds that much."""
        return self.total() >= cents


class Savings(Account):
    """An account of which a part is out of reach."""

    def total(self) -> int:
        return super().total() // 2
