"""Take the list away."""

from convdata.filters import Choices


def download_list(chosen: Choices) -> None: ...
