"""Doctor says whose papers nobody issues, and when the evidence nears its budget."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitors.jobs.doctor import examine
from monitors.jobs.doctor_notices import offices
from monitors.jobs.paper_facts import issuing_office
from monitors.settings import load_settings
from rules.policies.loader import bundled_policy
from tests.support.factories import at


def test_the_policys_office_issues_else_the_settings_never_the_school(tmp_path: Path) -> None:
    named, bare = bundled_policy("bit"), bundled_policy("bit").model_copy(update={"office": None})
    plain = load_settings(data=tmp_path)
    written = load_settings(data=tmp_path, office="北京理工大学新闻中心")
    assert issuing_office(plain, named).name == "北京理工大学党委宣传部"
    assert issuing_office(written, named).name == "北京理工大学党委宣传部"
    assert issuing_office(written, bare).name == "北京理工大学新闻中心"
    assert issuing_office(plain, bare).name == ""


def test_doctor_names_the_schools_without_an_office(tmp_path: Path) -> None:
    policies = {"bit": bundled_policy("bit").model_copy(update={"office": None}), "wut": bundled_policy("wut")}
    ((_, state, note),) = offices(load_settings(data=tmp_path), policies, ["bit", "wut", "nobody"])
    assert state == "warn"
    assert "北京理工大学" in note
    assert "武汉理工大学" not in note
    assert "office" in note
    assert not list(offices(load_settings(data=tmp_path, office="新闻中心"), policies, ["bit"]))


@pytest.mark.parametrize(("budget", "state"), [(1.0, "ok"), (1e-9, "warn"), (None, "")])
def test_the_evidence_is_held_against_its_budget(tmp_path: Path, budget: float | None, state: str) -> None:
    file = tmp_path / "evidence" / "2026-11-21" / "a.warc.gz"
    file.parent.mkdir(parents=True)
    file.write_bytes(bytes(1000))
    checks = examine(load_settings(data=tmp_path, evidence_budget_gb=budget), lambda: at("2026-11-21"))
    assert [check.state for check in checks if check.name == "存证空间"] == [state][: len(state)]
