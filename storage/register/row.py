"""One row of a register on its way to a Filing, and what is wrong with it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any

from rules.accounts.identity import account_key
from rules.model import Filing, FilingStatus, Platform
from storage.register import values
from storage.register.columns import BY_FIELD, ENUMS, RegisterColumn
from storage.register.headings import ID_OR_URL
from storage.register.sheets import Formula, Sheet, Value
from storage.register.vocabulary import PLATFORM_HOSTS, WECHAT_TYPES


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """One thing to correct: the row and heading as the person sees them, what stands there, what to write instead."""

    row: int
    column: str
    value: str
    message: str
    sheet: str = ""

    def __str__(self) -> str:
        """第 5 行「开通时间」“2024年13月”：没有这一天，…"""
        row = f"工作表“{self.sheet}”" if self.sheet else ""
        row += f"第 {self.row} 行" if self.row else ""
        column = f"「{self.column}」" if self.column else ""
        shown = self.value if len(self.value) <= 40 else self.value[:40] + "…"
        value = f"“{shown}”" if shown else ""
        return f"{row}{column}{value}：{self.message}".lstrip("：")


@dataclass(slots=True)
class ImportResult:
    """What one file holds so far."""

    school: str
    filings: list[Filing] = field(default_factory=list)
    problems: list[ImportProblem] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class RowReader:
    """One row on its way to a Filing."""

    sheet: Sheet
    number: int
    cells: list[Value]
    headings: list[str]
    fields: list[str | None]
    table: ImportResult
    continues: bool = False
    """The name's cell is merged with the row above: more operators or phones of the same account."""
    given: dict[str, Any] = field(default_factory=dict)

    def read(self, default: Platform | None) -> None:
        before = len(self.table.problems)
        for index, field_ in enumerate(self.fields):
            if field_:
                self._cell(index, field_)
        self._platform(default)
        if len(self.table.problems) == before:
            self._finish()

    def _cell(self, index: int, field_: str) -> None:
        value = self.cells[index]
        if isinstance(value, Formula):
            message = "单元格是公式，请复制后用“选择性粘贴→数值”把它变成文字"
            return self._problem(self.headings[index], str(value), message)
        if field_ == ID_OR_URL:
            field_ = "url" if values.is_address(values.text(value) if isinstance(value, str) else "") else "account_id"
        column = BY_FIELD[field_]
        link = self.sheet.links.get((self.number, index))
        if field_ == "url" and link and isinstance(value, str) and not values.is_address(value):
            value = link  # “点击访问” with the address behind it
        try:
            self._keep(column, values.parse(column, value))
        except ValueError as error:
            self._problem(self.headings[index], str(value), str(error))
        return None

    def _keep(self, column: RegisterColumn, found: Any) -> None:
        """The first non-empty of several columns for one field; lists are joined (管理员1, 管理员2 …)."""
        if isinstance(found, tuple):
            self.given[column.field] = tuple(dict.fromkeys((*self.given.get(column.field, ()), *found)))
        elif found not in (None, "") and column.field not in self.given:
            self.given[column.field] = found

    def _platform(self, default: Platform | None) -> None:
        at = self.fields.index("platform") if "platform" in self.fields else None
        said = "" if at is None or self.cells[at] is None else str(self.cells[at]).strip()
        if said in WECHAT_TYPES:
            self.given.setdefault("account_type", said)
        if said and said not in values.NOTHING:
            return  # read, or reported already
        url = self.given.get("url", "")
        guess = default or next((p for host, p in PLATFORM_HOSTS.items() if host in url), None)
        if guess:
            self.given["platform"] = guess
        else:
            labels = "、".join(member.label for member in ENUMS["platform"])
            self._problem("平台", "", f"没有填写平台，请填写：{labels}")

    def _finish(self) -> None:
        given = self.given
        if self.continues and self.table.filings:
            return self._add_to_previous()
        if not given.get("name"):
            return self._problem("账号名称", "", "没有填写账号名称，请写平台上显示的全称")
        closed = given.get("status") in (FilingStatus.CLOSED, FilingStatus.CANCELLED)
        key = account_key(given["platform"], given.get("account_id", ""), given.get("url", ""), given["name"])
        if given["platform"] is Platform.WEBSITE and "name=" in key and not closed:
            return self._problem("网址", given.get("url", ""), "网站必须填写网址，如 https://www.example.edu.cn/")
        digest = hashlib.sha256(f"{self.table.school}|{key}".encode()).hexdigest()[:10]
        given.setdefault("id", f"{given['platform']}-{digest}")
        for kind, what in ((key, "账号"), (f"备案号 {given['id']}", "备案号")):
            place = f"{self.sheet.title} 第 {self.number} 行".strip()
            if (first := self.table.seen.setdefault(kind, place)) != place:
                heading = what if what == "备案号" else "账号名称"
                value = str(given["id"] if what == "备案号" else given["name"])
                return self._problem(heading, value, f"与{first}是同一个{what}，请删除重复的一行")
        self.table.filings.append(Filing(school=self.table.school, **given))
        return None

    def _add_to_previous(self) -> None:
        last = self.table.filings[-1]

        def joined(had: tuple[str, ...], field_: str) -> tuple[str, ...]:
            return tuple(dict.fromkeys((*had, *self.given.get(field_, ()))))

        self.table.filings[-1] = replace(
            last,
            operators=joined(last.operators, "operators"),
            phones=joined(last.phones, "phones"),
            emails=joined(last.emails, "emails"),
        )

    def _problem(self, column: str, value: str, message: str) -> None:
        self.table.problems.append(ImportProblem(self.number, column, value, message, self.sheet.title))
