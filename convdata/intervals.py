"""How far a share can be trusted: the Wilson interval at 95 %, so that 1 of 2 never reads as "50 %"."""

from math import sqrt

Z = 1.959963984540054  # 95 %, two-sided
FEW = 20  # below this many, a share is not said


def wilson(part: int, whole: int) -> tuple[float, float] | None:
    """Between which shares the true one lies; None of nothing."""
    if whole <= 0:
        return None
    share, spread = part / whole, Z * Z / whole
    middle = (share + spread / 2) / (1 + spread)
    half = sqrt(share * (1 - share) / whole + spread / (4 * whole)) * Z / (1 + spread)
    # At the ends the formula is exact, its arithmetic is not.
    return (0.0 if part == 0 else max(0.0, middle - half)), (1.0 if part == whole else min(1.0, middle + half))


def changed(before: tuple[int, int], after: tuple[int, int]) -> bool:
    """Whether two shares, each (part, whole), differ by more than chance: Newcombe's interval of their difference."""
    was, is_ = wilson(*before), wilson(*after)
    if was is None or is_ is None:
        return False
    p, q = before[0] / before[1], after[0] / after[1]
    low = (q - p) - sqrt((q - is_[0]) ** 2 + (was[1] - p) ** 2)
    high = (q - p) + sqrt((is_[1] - q) ** 2 + (p - was[0]) ** 2)
    return not low <= 0 <= high
