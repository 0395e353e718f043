"""Where the material beside the repository lies, for tests that read more of the world than a repository should carry."""

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared"


def shared_path(*parts: str) -> Path:
    """`../shared/…`, or the test (or the whole module, when asked at its top) is skipped: the tests must pass without it."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"there is no ../shared/{'/'.join(parts)} beside this checkout", allow_module_level=True)
    return path
