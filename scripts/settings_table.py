"""The table of settings in docs/configuration.md, made from the settings themselves."""

from __future__ import annotations

from pathlib import Path

from careers.base.config import PREFIX, Settings

PAGE = Path(__file__).parents[1] / "docs" / "configuration.md"
BEGIN = "<!-- the table is made by scripts/settings_table.py -->\n"


def table() -> str:
    """Every setting with its meaning and its default, as Markdown."""
    rows = ["| setting | what it means | default |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else f"`{field.default}`"
        rows.append(f"| `{PREFIX}{name.upper()}` | {field.description} | {default} |")
    return "\n".join(rows) + "\n"


def page() -> str:
    """The whole page, with the table as it is now."""
    return PAGE.read_text().split(BEGIN)[0] + BEGIN + table()


if __name__ == "__main__":
    PAGE.write_text(page())
