"""The commands review and demo: what they write, what they say, and what they never write over."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from xlplan.hosts import shell
from xlplan.workbook.package.file_book import FileBook

Output = pytest.CaptureFixture[str]


def test_a_review_is_a_workbook_and_says_that_it_is_the_review(plan: Path, tmp_path: Path, capsys: Output) -> None:
    assert shell.main(["review", str(plan), "-o", str(tmp_path / "review.xls")]) == shell.ERROR
    assert "review.xls does not end in .xlsx; give it the ending .xlsx" in capsys.readouterr().err
    review = tmp_path / "review.xlsx"
    assert shell.main(["review", str(plan), "-o", str(review)]) == shell.OK
    assert capsys.readouterr().out.rstrip().endswith(f"All checks pass; the budget review is in {review}.")


def test_a_signed_review_is_kept(plan: Path, tmp_path: Path, capsys: Output) -> None:
    """What finance wrote into a review nobody could compute again; one that nobody signed is built anew."""
    review = tmp_path / "review.xlsx"
    assert shell.main(["review", str(plan), "-o", str(review)]) == shell.OK
    assert shell.main(["review", str(plan), "-o", str(review)]) == shell.OK
    signing = FileBook.open(review)
    signing.write_cells("Sign-off", {"E7": "Ann, with a question"})
    signing.save(review)
    before = review.read_bytes()
    capsys.readouterr()
    assert shell.main(["review", str(plan), "-o", str(review)]) == shell.ERROR
    assert "is signed on its sheet Sign-off (Ann, with a question); rename or move it" in capsys.readouterr().err
    assert review.read_bytes() == before


def test_a_review_replaces_no_other_workbook(plan: Path, tmp_path: Path, capsys: Output) -> None:
    for other in (shutil.copy(plan, tmp_path / "mine.xlsx"), tmp_path / "text.xlsx"):
        if not other.exists():
            other.write_text("mine", encoding="utf-8")
        before = other.read_bytes()
        assert shell.main(["review", str(plan), "-o", str(other)]) == shell.ERROR
        assert other.name in capsys.readouterr().err
        assert other.read_bytes() == before


def test_a_demo_needs_a_folder(plan: Path, capsys: Output) -> None:
    assert shell.main(["demo", str(plan), "--quiet"]) == shell.ERROR
    assert f"{plan}: the folder cannot be made (" in capsys.readouterr().err
