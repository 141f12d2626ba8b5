"""Tables to take along, as CSV and XLSX, in which no cell can become a formula or a link."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext
from xlsxwriter import Workbook  # type: ignore[import-untyped]

KINDS = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # OWASP: CSV injection


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: what each column holds, and rows of texts, numbers and days."""

    title: str
    heads: list[str]
    rows: list[list[Any]]


def total_row(numbers: list[int | float]) -> list[Any]:
    """The last row of a table, over everything."""
    return [gettext("All together"), *numbers]


def as_csv(sheet: Sheet) -> bytes:
    """`sheet` as CSV (RFC 4180): UTF-8 with a mark by which spreadsheets read the accents.

    A text that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    for row in (sheet.heads, *sheet.rows):
        writer.writerow([harmless(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def harmless(cell: Any) -> Any:
    """`cell` so that no spreadsheet runs it."""
    if isinstance(cell, str) and cell.startswith(BEGINS_FORMULA):
        return f"'{cell}"
    return cell


def as_xlsx(sheets: list[Sheet]) -> bytes:
    """`sheets` as one workbook; texts stay texts, whatever they begin with."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(out, options) as book:
        bold = book.add_format({"bold": True})
        days = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.title[:31])  # more a spreadsheet doesn't take
            page.freeze_panes(1, 1)
            page.write_row(0, 0, sheet.heads, bold)
            for number, row in enumerate(sheet.rows, start=1):
                for column, cell in enumerate(row):
                    if isinstance(cell, date):
                        page.write_datetime(number, column, cell, days)
                    elif isinstance(cell, str):
                        page.write_string(number, column, cell)
                    else:
                        page.write_number(number, column, cell)
            page.set_column(0, 0, 34)
            page.set_column(1, len(sheet.heads) - 1, 13)
    return out.getvalue()
