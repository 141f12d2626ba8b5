"""The page docs/permissions.md: who may do what, made from the code that decides it."""

from __future__ import annotations

from pathlib import Path

from careers.base.people import Role
from careers.base.permissions import ALL, GRANTS, PARTS, Part

PAGE = Path(__file__).parents[1] / "docs" / "permissions.md"
HEAD = """# Who may do what

This page is made by `scripts/permissions_table.py` from `careers/base/permissions.py`; a test compares them. Each route declares the one permission that it needs, beside its address; one that declares nothing answers nobody, and fails a test.

The columns after the roles say what a part in hiring for one job gives, for that job alone, whatever one's role ([hiring](hiring.md)). A recruiter whom an administrator limits has nothing of the recruiter's column but through such parts. What somebody may not do, or isn't theirs, answers 404.

"""  # noqa: E501  a page, one paragraph a line


def page() -> str:
    """The whole page, as the code is now."""
    columns = [*Role, *Part]
    names = [f"{one.value} (role)" if one in Role else f"{one.value} (part)" for one in columns]
    rows = ["| permission | " + " | ".join(names) + " |", "|---" * (len(columns) + 1) + "|"]
    for permission in sorted(ALL):
        marks = [
            "✓" if permission in (GRANTS[one] if isinstance(one, Role) else PARTS[one]) else ""
            for one in columns
        ]
        rows.append(f"| `{permission}` | " + " | ".join(marks) + " |")
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
