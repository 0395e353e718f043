"""The store as far as numbers go: its answers are kept for a minute or until something changes."""

from pages.parts import desk


class Remembered:
    """What asks the questions of Trends."""

    ask_frame = staticmethod(desk.ask_counts)


REMEMBERED = Remembered()
