"""Own forms: exported, changed, found in the data folder, and refused by name before anything is made of them."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest

from monitors.errors import InvalidInput
from monitors.jobs.review_templates import doctor_rows, forms_of, write_templates
from monitors.settings import Settings
from rules import policies
from tests.support.cli import run


def spoil(path: Path) -> None:
    document = docx.Document(io.BytesIO(path.read_bytes()))
    document.add_paragraph("{{帐号}}")
    document.save(str(path))


def test_an_exported_form_is_used_and_a_broken_one_is_told_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(data=tmp_path)
    assert list(doctor_rows(settings)) == []
    account, _ = write_templates(tmp_path / "templates")
    with pytest.raises(InvalidInput, match="没有覆盖"):
        write_templates(tmp_path / "templates")
    assert forms_of(settings).account.parts
    assert [state for _, state, _ in doctor_rows(settings)] == ["ok"]
    spoil(account)
    ((_, state, note),) = doctor_rows(settings)
    assert state == "fail"
    assert "“帐号”" in note
    with pytest.raises(InvalidInput, match=r"年审审核表.docx 里写了“帐号”"):
        forms_of(settings)
    code, _, err = run(
        capsys, "--data", str(tmp_path), "policy", "lint", str(Path(policies.__file__).parent / "demo.yaml")
    )
    assert code == 2
    assert "“帐号”" in err
