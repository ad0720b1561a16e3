"""An attached workbook in a real LibreOffice: it opens, its VBA runs, and its buttons reach the add-in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import office
from xlplan.hosts.acts import ACTS
from xlplan.hosts.excel.attach import attach
from xlplan.workbook.package.file_book import FileBook

pytestmark = pytest.mark.xdist_group("office")
PRESSER = Path(__file__).with_name("office_presser.py")


@pytest.fixture(scope="module")
def attached(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return attach(made, tmp_path_factory.mktemp("attached") / "plan.xlsm").path


def test_every_value_is_shown_as_before(attached: Path, made: Path, tmp_path: Path) -> None:
    shown = office.recalculated(attached, tmp_path)
    assert shown.errors == []
    tables = FileBook.open(made).read("tblInterval").columns
    assert shown.column("History", "volume") == tables["volume"]
    assert shown.sheets["xlwings.conf"] == [["ADD_WORKBOOK_TO_PYTHONPATH", "False"], ["USE UDF SERVER", "True"]]


def test_buttons_ask_the_add_in_and_functions_say_what_is_missing(attached: Path, tmp_path: Path) -> None:
    said = office.told(PRESSER, attached.as_uri(), tmp_path, *(act.label for act in ACTS))
    assert said["asked"] == [f"xlplan:{act.entry}" for act in ACTS]
    assert said["why"] == "the LibreOffice add-in is not installed; run xlplan calc install in a terminal"
    assert {"Xlplan", "XlplanFunctions", "xlwings", "Dictionary", "ThisWorkbook"} <= set(said["modules"])
