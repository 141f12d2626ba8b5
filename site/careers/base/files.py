"""Where templates, static files, translations and migrations lie: in a wheel or in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]


def folder(name: str) -> Path:
    """The folder `name` (templates, static, translations, migrations) beside the code or above it.

    Raises FileNotFoundError when neither a wheel nor a checkout has it.
    """
    for place in (_PACKAGE, _PACKAGE.parent, _PACKAGE.parents[1]):
        if (place / name).is_dir():
            return place / name
    raise FileNotFoundError(f"{name} is neither beside {_PACKAGE} nor above it")
