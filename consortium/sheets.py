"""Tables that people take with them: CSV and XLSX from the same rows, where no text can start a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

Cell = str | int | Decimal | None
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDEST = 60


def to_csv(heads: Sequence[object], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Semicolons, decimal commas and a BOM: Swedish spreadsheets open it as it is."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow([str(head) for head in heads])
    writer.writerows([_written(cell) for cell in row] for row in rows)
    return ("\ufeff" + out.getvalue()).encode()


def to_xlsx(title: str, heads: Sequence[object], rows: Iterable[Sequence[Cell]]) -> bytes:
    """One sheet with a row of heads that stays; figures are figures, text is text."""
    from openpyxl import Workbook  # slow to load, and most web processes never need it
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet()
    sheet.title = "".join(" " if sign in r"[]:*?/\'" else sign for sign in title)[:31]
    widths = [len(str(head)) for head in heads]
    sheet.append([str(head) for head in heads])
    for at, row in enumerate(rows, 2):
        for column, cell in enumerate(row, 1):
            put = sheet.cell(at, column)
            put.value = cell
            if isinstance(cell, str):
                put.data_type = "s"  # never a formula, whatever it starts with
            elif cell is not None:
                put.number_format = "#,##0.00" if isinstance(cell, Decimal) else "#,##0"
            widths[column - 1] = max(widths[column - 1], len(str(cell or "")))
    for column, width in enumerate(widths, 1):
        sheet.cell(1, column).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = min(width, _WIDEST) + 3
    sheet.freeze_panes = "B2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _written(cell: Cell) -> str:
    if isinstance(cell, Decimal):
        return str(cell).replace(".", ",")
    text = "" if cell is None else str(cell)
    return f"'{text}" if isinstance(cell, str) and text.startswith(FORMULA_STARTS) else text
