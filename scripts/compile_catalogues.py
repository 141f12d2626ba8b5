"""Compile the translation catalogues: a build hook of the wheel, and a script for a checkout."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # a checkout without the build tool can still compile
    BuildHookInterface = object  # type: ignore[assignment,misc]


def compile_catalogues(translations: Path) -> list[Path]:
    """Write messages.mo beside each messages.po that is newer than it; the paths written."""
    written = []
    for source in sorted(translations.glob("*/LC_MESSAGES/messages.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as lines:
            catalogue = read_po(lines, locale=source.parts[-3])
        with target.open("wb") as out:
            write_mo(out, catalogue)
        written.append(target)
    return written


class CompileCatalogues(BuildHookInterface):  # type: ignore[misc]
    """Called by hatchling before a wheel or an editable install is made."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile into the tree that is about to be packed."""
        compile_catalogues(Path(self.root) / "site" / "translations")


if __name__ == "__main__":
    compile_catalogues(Path(__file__).parents[1] / "site" / "translations")
