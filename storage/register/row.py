"""One row of a register on its way to a Filing, and what is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rules.accounts.identity import account_key
from rules.model import Filing, FilingStatus, Platform
from rules.platforms import evident_platform
from storage.register import addresses, values
from storage.register.columns import BY_FIELD, COLUMNS, ENUMS, LABELS, TRACKED, RegisterColumn
from storage.register.dates import Dated
from storage.register.headings import ID_OR_URL
from storage.register.sheets import Formula, Sheet, Value

JOINED = ("operators", "phones", "emails")
"""Fields that several rows of one account add up to."""


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
    """What one file holds so far.

    ``absent``: for every filing, the fields its table has no column for. ``ignored``: headings nobody here knows, kept
    as they stand (`Filing.extra`). ``dropped``: what was not taken over, and why. ``doubts``: what a person should look at.
    """

    school: str
    filings: list[Filing] = field(default_factory=list)
    absent: list[frozenset[str]] = field(default_factory=list)
    without_status: list[bool] = field(default_factory=list)
    problems: list[ImportProblem] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    dropped: list[ImportProblem] = field(default_factory=list)
    doubts: list[ImportProblem] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layout:
    """The heading row: what stands in each column, and by number the columns that are kept under their own heading."""

    headings: list[str]
    fields: list[str | None]
    others: Mapping[int, str]
    absent: frozenset[str]
    default: Platform | None = None
    default_type: str = ""


@dataclass(slots=True)
class RowReader:
    """One row on its way to a Filing."""

    sheet: Sheet
    number: int
    cells: list[Value]
    layout: Layout
    table: ImportResult
    part: int = 0
    """Which of the accounts that one row was split into; 0 for a row that is one."""
    continues: bool = False
    """The name's cell is merged with the row above: more operators or phones of the same account."""
    given: dict[str, Any] = field(default_factory=dict)
    marks: dict[str, set[str]] = field(default_factory=dict)
    """Fields that are unknown, known to the month, known to the year."""

    def read(self) -> None:
        """Add the row's Filing to the table, or what is wrong with it."""
        before = len(self.table.problems)
        for index, field_ in enumerate(self.layout.fields):
            if field_:
                self._cell(index, field_)
        self._platform()
        if "platform" in self.given:
            self._check_addresses(self.given["platform"])
        if len(self.table.problems) == before:
            self._finish()

    def _cell(self, index: int, field_: str) -> None:
        value, heading = self.cells[index], self.layout.headings[index]
        if isinstance(value, Formula):
            message = "单元格是公式，请复制后用“选择性粘贴→数值”把它变成文字"
            return self._problem(heading, str(value), message)
        if field_ == ID_OR_URL:
            field_ = "url" if isinstance(value, str) and addresses.addresses(values.text(value)) else "account_id"
        column = BY_FIELD[field_]
        link = self.sheet.links.get((self.number, index))
        if field_ == "url" and link and isinstance(value, str) and not addresses.addresses(value):
            value = link  # “点击访问” with the address behind it
        if values.is_unknown(column, value):
            self.marks.setdefault("unknown", set()).add(field_)
            return None
        try:
            self._keep(column, values.parse(column, value), heading, value)
        except ValueError as error:
            self._problem(heading, str(value), str(error))
        return None

    def _keep(self, column: RegisterColumn, found: Any, heading: str, value: Value) -> None:
        """The first non-empty of several columns for one field; lists are joined (管理员1, 管理员2 …)."""
        name = column.field
        if isinstance(found, tuple):
            self.given[name] = tuple(dict.fromkeys((*self.given.get(name, ()), *found)))
            return
        if isinstance(found, Dated):
            if name not in self.given and found.known_to != "day":
                self.marks.setdefault(f"known_to_{found.known_to}", set()).add(name)
            found = found.day
        if found in (None, ""):
            return
        if self.given.setdefault(name, found) != found:
            self._drop(heading, str(value), f"同一行已有{LABELS[name]}，这一格没有导入")

    def _platform(self) -> None:
        fields = self.layout.fields
        at = fields.index("platform") if "platform" in fields else None
        said = "" if at is None or self.cells[at] is None else str(self.cells[at]).strip()
        self._type(values.platform_type(said) if said else self.layout.default_type)
        if said and said not in values.NOTHING:
            return  # read, or reported already
        url = self.given.get("url", "")
        guess = self.layout.default or evident_platform(url)
        if guess:
            self.given["platform"] = guess
        else:
            labels = "、".join(member.label for member in ENUMS["platform"])
            self._problem("平台", "", f"{self._no_column('platform', '平台')}没有填写平台，请填写：{labels}")

    def _no_column(self, field: str, heading: str) -> str:
        """Where the table has no such column, that is the thing to mend, once, rather than every row of it."""
        known = field in self.layout.fields or (field == "url" and ID_OR_URL in self.layout.fields)
        return (
            ""
            if known
            else f"没有认出“{heading}”一列，请先指明是哪一列（或把列名改为“{heading}”）；确实没有的，逐行填写。"
        )

    def _type(self, kind: str) -> None:
        """What the platform's cell says of the account's type, where no column of its own says it."""
        if kind and self.given.setdefault("account_type", kind) != kind:
            self._drop("平台", kind, f"与账号类型“{self.given['account_type']}”不同，以账号类型一列为准")

    def _finish(self) -> None:
        given = self.given
        if self.continues and self.table.filings:
            return self._add_to_previous()
        if not given.get("name"):
            return self._problem("账号名称", "", "没有填写账号名称，请写平台上显示的全称")
        key = account_key(given["platform"], given.get("account_id", ""), given.get("url", ""), given["name"])
        closed = given.get("status") in (FilingStatus.CLOSED, FilingStatus.CANCELLED)
        if given["platform"] is Platform.WEBSITE and "name=" in key and not closed:
            why = f"{self._no_column('url', '网址')}网站必须填写网址，如 https://www.example.edu.cn/"
            return self._problem("网址", given.get("url", ""), why)
        given.setdefault("id", made_id(self.table.school, given["platform"], key))
        if not self._is_new(key):
            return None
        absent = frozenset(name for name in self.layout.absent if name not in given)
        marks: dict[str, set[str]] = self.marks | {
            "unknown": self.marks.get("unknown", set()) - set(given) | (absent & TRACKED)
        }
        given |= {name: in_order(fields) for name, fields in marks.items()}
        position, extra = len(self.table.filings) + 1, tuple(self._others().items())
        self.table.absent.append(absent)
        self.table.without_status.append("status" not in given and "status" not in absent)
        self.table.filings.append(Filing(school=self.table.school, position=position, extra=extra, **given))
        return None

    def _check_addresses(self, platform: Platform) -> None:
        """An address, or an id that is one, of another platform is a slip; an odd one is for a person to look at."""
        for name in ("url", "account_id"):
            stated = self.given.get(name, "")
            if name == "account_id" and not addresses.is_address(stated):
                continue
            if why := addresses.mismatch(platform, stated):
                self._problem(LABELS[name], stated, why)
            elif name == "url" and (why := addresses.doubt(platform, stated)):
                self.table.doubts.append(ImportProblem(self.number, LABELS[name], stated, why, self.sheet.title))

    def _is_new(self, key: str) -> bool:
        """False, with a problem, where the account or its number stands in the file already."""
        number = str(self.given["id"])
        for kind, what in ((key, "账号"), (f"备案号 {number}", "备案号")):
            place = f"{self.sheet.title} 第 {self.number} 行{f'第 {self.part} 个账号' if self.part else ''}".strip()
            if (first := self.table.seen.setdefault(kind, place)) != place:
                heading = what if what == "备案号" else "账号名称"
                value = number if what == "备案号" else str(self.given["name"])
                self._problem(heading, value, f"与{first}是同一个{what}，请删除重复的一行")
                return False
        return True

    def _others(self) -> dict[str, str]:
        """The office's other columns as text; what cannot be kept is listed."""
        kept = {}
        for index, heading in self.layout.others.items():
            value = self.cells[index]
            if value is None:
                continue
            try:
                said = values.text(value)
            except ValueError as error:
                self._drop(heading, str(value), str(error))
                continue
            if isinstance(value, Formula):
                self._drop(heading, said, "单元格是公式，没有导入")
            elif len(said) > values.LONGEST_NOTE:
                self._drop(heading, said, f"内容过长（超过 {values.LONGEST_NOTE} 字），没有导入")
            elif said:
                kept[heading] = said
        return kept

    def _add_to_previous(self) -> None:
        last = self.table.filings[-1]
        for name, value in self.given.items():
            if name not in JOINED and value != getattr(last, name):
                self._drop(LABELS[name], str(value), "与上一行是同一个账号，这一格与上一行不同，没有导入")
        before = dict(last.extra)
        for heading, said in self._others().items():
            if before.get(heading) != said:
                self._drop(heading, said, "与上一行是同一个账号，这一格与上一行不同，没有导入")

        joined: dict[str, Any] = {
            name: tuple(dict.fromkeys((*getattr(last, name), *self.given.get(name, ())))) for name in JOINED
        }
        self.table.filings[-1] = replace(last, **joined)

    def _problem(self, column: str, value: str, message: str) -> None:
        self.table.problems.append(ImportProblem(self.number, column, value, message, self.sheet.title))

    def _drop(self, column: str, value: str, message: str) -> None:
        self.table.dropped.append(ImportProblem(self.number, column, value, message, self.sheet.title))


def made_id(school: str, platform: Platform, key: str) -> str:
    """The id of a row that has no 备案号: the same file gives the same ids; `Filing.number` knows them again."""
    return f"{platform}-{hashlib.sha256(f'{school}|{key}'.encode()).hexdigest()[:10]}"


def in_order(fields: set[str] | frozenset[str]) -> tuple[str, ...]:
    """Fields in the order of their columns."""
    return tuple(column.field for column in COLUMNS if column.field in fields)
