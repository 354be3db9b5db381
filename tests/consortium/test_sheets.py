"""Tables to take along: figures stay figures, and no text becomes a formula."""

import io
from decimal import Decimal

import openpyxl
import pytest

from consortium import sheets

FORMULAS = ["=1+1", "+46", "-1", "@sum", "\tx", "＝1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_starts_a_formula_in_csv(text: str) -> None:
    written = sheets.to_csv(["a"], [[text]]).decode("utf-8-sig").splitlines()
    assert written[1].strip('"').startswith("'")


def test_figures_in_csv_are_swedish_and_may_be_negative() -> None:
    assert sheets.to_csv(["a", "b"], [[-5, Decimal("17.41")]]).decode("utf-8-sig") == "a;b\r\n-5;17,41\r\n"


def test_cells_in_xlsx_are_what_they_are() -> None:
    content = sheets.to_xlsx("Budget: [2024]", ["text", "kr", "andel", "tom"], [["=1+1", -5, Decimal("17.41"), None]])
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    cells = list(sheet[2])
    assert [cell.data_type for cell in cells] == ["s", "n", "n", "n"]
    assert [cell.value for cell in cells] == ["=1+1", -5, 17.41, None]
    assert sheet.freeze_panes == "B2"
