"""The Word papers of the annual review filled in: one form an account, one self-check sheet a unit.

A school's own forms stand in its folder of templates under the names of FORMS; `docs/review.md` lists what may be written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from alerts.documents.docx_form import DocxForm, Fields, InvalidForm, read_form
from alerts.review.form_layout import ACCOUNT, CHECK, MONTHS, PROBLEM, default_account_form, default_unit_sheet
from alerts.review.model import (
    ReviewPack,
    ReviewRow,
    coverage_text,
    day_text,
    last_post_text,
    month_text,
    names_text,
    posts_text,
    questions,
    seen_text,
    silence_text,
    unit_overview,
)
from rules.model import Filing

NONE, UNFILED = "无", "未登记"
MONTH_NAMES = tuple(f"{number}月" for number in range(1, MONTHS + 1))
REGISTER: Mapping[str, Callable[[Filing], str]] = {
    "账号名称": lambda f: f.name,
    "平台": lambda f: f.platform.label,
    "责任单位": lambda f: f.unit or UNFILED,
    "指导单位": lambda f: f.guiding_unit or UNFILED,
    "级别类别": lambda f: " ".join(part for part in (f.level and f.level.label, f.category) if part) or UNFILED,
    "账号类型": lambda f: f.account_type or UNFILED,
    "账号标识或网址": lambda f: f.account_id or f.url,
    "备案号": lambda f: f.number or UNFILED,
    "主要用途": lambda f: f.purpose or UNFILED,
    "开通时间": lambda f: f.day_text("opened_at") or UNFILED,
    "备案时间": lambda f: f.day_text("filed_at") or UNFILED,
    "认证主体": lambda f: f.verified_body or UNFILED,
    "台账状态": lambda f: f.status.label,
    "负责人": lambda f: f.first_owner or UNFILED,
    "负责人职务": lambda f: f.first_owner_post or UNFILED,
    "管理员": lambda f: f.direct_owner or UNFILED,
    "管理员职务": lambda f: f.direct_owner_post or UNFILED,
    "联系电话": lambda f: "、".join(f.phones) or UNFILED,
    "邮箱": lambda f: "、".join(f.emails) or UNFILED,
    "上次年审": lambda f: f.day_text("reviewed_at") or "台账无记录",
    "上次年审结果": lambda f: f.review_result.label if f.review_result else "台账无记录",
    "上次自查": lambda f: f.day_text("self_checked_at") or "台账无记录",
    "备注": lambda f: f.note or NONE,
}
YEAR: Mapping[str, Callable[[ReviewRow], str]] = {
    "全年更新": lambda row: posts_text(row.record),
    "掌握情况": lambda row: coverage_text(row.record),
    "最近更新": lambda row: last_post_text(row.record),
    "最长未更新": lambda row: silence_text(row.record),
    "观察天数": lambda row: seen_text(row.record),
    "页面显示的名称": lambda row: names_text(row.record),
    "请核对": lambda row: "\n".join(questions(row)) or NONE,
    "存证": lambda row: f"{row.pages}份页面，见“{row.evidence}”" if row.pages else "本年度没有可附的页面存证",
}
SCHOOL = ("学校", "年度", "制度", "截至")
ACCOUNT_FORM, UNIT_SHEET = "年审审核表.docx", "单位自查表.docx"
FORMS: Mapping[str, tuple[Callable[[], bytes], Fields]] = {
    ACCOUNT_FORM: (default_account_form, {"": (*SCHOOL, *REGISTER, *YEAR, *MONTH_NAMES), "问题": PROBLEM}),
    UNIT_SHEET: (default_unit_sheet, {"": (*SCHOOL, "单位", "概况"), "账号": ACCOUNT, "核查": CHECK}),
}
"""The file's name, how it looks where a school has none of its own, and what may be written in it."""


@dataclass(frozen=True, slots=True)
class ReviewForms:
    """The forms of a school."""

    account: DocxForm
    unit: DocxForm


def review_forms(folders: Sequence[Path] = ()) -> ReviewForms:
    """The forms; the first folder that has one wins. Raises InvalidForm, that names the file and the place."""
    account, unit = (_form(name, folders) for name in FORMS)
    return ReviewForms(account, unit)


def _form(name: str, folders: Sequence[Path]) -> DocxForm:
    own = next((folder / name for folder in folders if (folder / name).is_file()), None)
    if own is None:
        return _default(name)
    try:
        return read_form(own.read_bytes(), str(own), FORMS[name][1])
    except OSError as error:
        raise InvalidForm(f"不能读取模板 {own}，请检查文件权限。") from error


@cache
def _default(name: str) -> DocxForm:
    layout, fields = FORMS[name]
    return read_form(layout(), name, fields)


def account_form(pack: ReviewPack, row: ReviewRow, form: DocxForm) -> bytes:
    """One account's review form. Equal arguments give equal bytes."""
    filing = row.record.filing
    months = [*map(month_text, row.record.months), *[""] * MONTHS][:MONTHS]
    values = _school(pack) | {name: read(filing) for name, read in REGISTER.items()}
    values |= {name: read(row) for name, read in YEAR.items()} | dict(zip(MONTH_NAMES, months, strict=True))
    cases = [
        dict(zip(PROBLEM, (case.number, case.problem, case.clause, case.state, case.papers or NONE), strict=True))
        for case in row.cases
    ]
    groups = {"问题": cases or [_nothing(PROBLEM)]}
    return form.fill(values, groups, title=f"{filing.name}年度审核表", author=pack.school, made=pack.until)


def unit_sheet(pack: ReviewPack, unit: str, rows: Sequence[ReviewRow], form: DocxForm) -> bytes:
    """A unit's self-check sheet."""
    values = _school(pack) | {"单位": unit, "概况": unit_overview(rows)}
    accounts = [dict(zip(ACCOUNT, _account(str(n), row), strict=True)) for n, row in enumerate(rows, start=1)]
    checks = [dict(zip(CHECK, check, strict=True)) for check in pack.human]
    groups = {"账号": accounts or [_nothing(ACCOUNT)], "核查": checks or [_nothing(CHECK)]}
    return form.fill(values, groups, title=f"{unit}年度自查表", author=pack.school, made=pack.until)


def _school(pack: ReviewPack) -> dict[str, str]:
    said = (pack.school, str(pack.year), pack.regulation, day_text(pack.until))
    return dict(zip(SCHOOL, said, strict=True))


def _account(number: str, row: ReviewRow) -> Sequence[str]:
    record, filing = row.record, row.record.filing
    said = (tell(record) for tell in (names_text, posts_text, coverage_text, last_post_text, silence_text))
    return (number, filing.platform.label, filing.name, *said, "；".join(questions(row)) or NONE)


def _nothing(names: Sequence[str]) -> dict[str, str]:
    return dict.fromkeys(names, "") | {names[0]: NONE}
