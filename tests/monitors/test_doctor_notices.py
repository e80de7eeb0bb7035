"""Doctor says whose papers nobody issues."""

from __future__ import annotations

from pathlib import Path

from monitors.jobs.paper_facts import issuing_office
from monitors.service.doctor_notices import offices
from monitors.settings import load_settings
from rules.policies.loader import bundled_policy


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
