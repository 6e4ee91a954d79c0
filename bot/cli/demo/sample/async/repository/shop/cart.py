"""Print what a cart costs: `python -m shop.cart CURRENCY CENTS...`."""

import sys
from dataclasses import dataclass

from shop.prices import price_in


@dataclass
class Cart:
    """What a customer wants to buy, in cents."""

    currency: str
    items: list[int]

    @property
    def price(self) -> str:
        """What all of it costs."""
        return price_in(sum(self.items), self.currency)


def main(arguments: list[str]) -> None:
    currency, *items = arguments
    cart = Cart(currency, [int(item) for item in items])
    print(cart.price)


if __name__ == "__main__":
    main(sys.argv[1:])
