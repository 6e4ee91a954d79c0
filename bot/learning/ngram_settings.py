"""The orders, discounts and strengths of the n-gram model, as they did best on other repositories.

They were fitted by gradient descent to four public repositories that the counts had not seen, with
ten others as the corpus. Discounts by Chen and Goodman's formulas, which ask the counts alone, cost
three hundredths of a bit more.
"""

from __future__ import annotations

from bot.learning.ngram_steps import Interpolation, InterpolationStep

CORPUS_STEPS = {
    0: ((0.5, 1.0, 1.5), 0.01),
    1: ((0.79, 1.75, 1.95), 0.01),
    2: ((0.88, 1.1, 1.66), 0.02),
    3: ((0.83, 1.25, 1.68), 0.02),
    4: ((0.9, 1.41, 2.13), 0.05),
    5: ((0.94, 1.61, 2.11), 0.21),
    6: ((0.94, 1.58, 2.28), 0.15),
    7: ((0.94, 1.58, 2.32), 0.26),
    8: ((0.94, 1.53, 2.61), 0.33),
    9: ((0.94, 1.7, 2.44), 0.41),
    10: ((0.94, 1.63, 2.4), 0.24),
    11: ((0.92, 1.49, 2.5), 0.15),
    12: ((0.92, 1.34, 2.77), 1.06),
}
CACHE_STEPS = {
    3: ((0.57, 0.87, 1.27), 0.02),
    4: ((0.72, 1.3, 2.3), 0.03),
    5: ((0.78, 1.56, 2.2), 0.06),
    6: ((0.81, 1.25, 2.29), 0.11),
    7: ((0.76, 1.56, 2.58), 0.1),
    8: ((0.8, 1.68, 2.06), 0.3),
    10: ((0.83, 1.48, 2.77), 0.08),
    12: ((0.7, 1.05, 1.47), 0.05),
    16: ((0.71, 1.28, 2.57), 0.05),
    20: ((0.68, 1.23, 2.5), 0.5),
    24: ((0.71, 1.4, 2.4), 0.5),
    32: ((0.5, 0.4, 1.0), 0.03),
}


def make_interpolation(*, with_cache: bool = True) -> Interpolation:
    """Make the steps of the model: the corpus's, and after each the open file's of its order."""
    sources = [(False, CORPUS_STEPS)] + [(True, CACHE_STEPS)] * with_cache
    steps = [
        InterpolationStep(cached, order, discounts, strength)
        for cached, source in sources
        for order, (discounts, strength) in source.items()
    ]
    return Interpolation(tuple(sorted(steps, key=lambda step: (step.order, step.cached))))
