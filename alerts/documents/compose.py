"""From a notice and its template to blocks: the body comes from the template, the frame round it from the notice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import yaml
from jinja2 import (
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from alerts.documents.blocks import GUARD, Block, BlockType, MarkupError, parse, protect
from alerts.notices import wording
from alerts.notices.notice import Notice
from alerts.sanitize import clean, name
from rules.model import BEIJING, DocumentType

PACKAGED = Path(__file__).parent / "templates"
"""The templates every school starts from."""
DEMANDS = "demands.yaml"
"""What each rule's problem is called, and what must be done about it."""


class InvalidTemplate(Exception):
    """A template cannot be used. Raised while a notice is rendered; the text names the file and the line in Chinese.

    The catcher keeps the notice in the outbox and shows the text to the person who may mend the file.
    """

    def __init__(self, path: Path, line: int, problem: str) -> None:
        """Name the place and the problem."""
        super().__init__(f"文书模板 {path} 第 {line} 行有误：{problem}")
        self.path, self.line = path, line


class IncompleteNotice(Exception):
    """A paper lacks what it may not leave without. Raised while it is rendered; the catcher keeps it in the outbox and
    shows the sentence to whoever can complete it."""


def letter(notice: Notice, templates_dir: Path | None = None, *, draft: bool = False) -> tuple[Block, ...]:
    """The whole document as blocks. ``templates_dir`` is searched before the packaged templates; ``draft``: a paper not
    signed yet, which may lack its number and its office.

    Raises InvalidTemplate, and IncompleteNotice for a paper that may not leave as it is.
    """
    if not draft:
        _require_complete(notice)
    folders = [folder for folder in (templates_dir, PACKAGED) if folder]
    body = _body(notice, folders)
    annex = next((position for position, block in enumerate(body) if block.kind is BlockType.ANNEX), len(body))
    titles = sum(block.kind is BlockType.TITLE for block in body)
    return (
        *_head(notice),
        *body[:titles],
        Block(BlockType.ADDRESSEE, f"{clean(notice.addressee)}："),
        *body[titles:annex],
        *_closing(notice, body[annex:]),
        *body[annex:],
        *_imprint(notice),
    )


def _require_complete(notice: Notice) -> None:
    if not notice.office.name:
        raise IncompleteNotice("没有写明发文机关，不能编号和印发；请在制度文件中填写 office")
    if not notice.number and notice.document is not DocumentType.REMINDER:
        raise IncompleteNotice(f"{notice.paper}尚未编号；签发时编定文号，签发后才能印发")


def _head(notice: Notice) -> Iterator[Block]:
    """版头; a 提示函 is a letter (10.1): the office's own name, the number to the right."""
    office = notice.office.name or "（发文机关待定）"
    if notice.document is DocumentType.REMINDER:
        yield Block(BlockType.LETTERHEAD, notice.office.masthead or office)
        if notice.number:
            yield Block(BlockType.LETTER_NUMBER, notice.number)
    else:
        yield Block(BlockType.MASTHEAD, notice.office.masthead or f"{office}文件")
        yield Block(BlockType.NUMBER, notice.number or "（文号签发时编定）")


def _closing(notice: Notice, annexes: tuple[Block, ...]) -> Iterator[Block]:
    titles = [block.text for block in annexes if block.kind is BlockType.ANNEX]
    if len(titles) == 1:
        yield Block(BlockType.ATTACHMENT, f"附件：{titles[0]}")
    elif titles:
        yield Block(
            BlockType.ATTACHMENT, "附件：" + " ".join(f"{n}．{title}" for n, title in enumerate(titles, start=1))
        )
    yield Block(BlockType.SIGNATURE, notice.office.name or "（发文机关待定）")
    yield Block(BlockType.DATE, day(notice.issued_at))
    office = notice.office
    ways = {
        "签发人": wording.signed_by(notice),
        "联系单位": office.contact,
        "联系电话": office.phone,
        "电子邮箱": office.email,
    }
    known = "；".join(f"{label}：{clean(value)}" for label, value in ways.items() if value)
    if known:
        yield Block(BlockType.NOTE, f"（{known}）")


def _imprint(notice: Notice) -> Iterator[Block]:
    """版记; a letter has neither its lines nor the printing office."""
    letter_form = notice.document is DocumentType.REMINDER
    if notice.cc:
        kind = BlockType.LETTER_CC if letter_form else BlockType.CC
        yield Block(kind, f"抄送：{'，'.join(clean(unit) for unit in notice.cc)}。")
    if not letter_form:
        yield Block(BlockType.PRINTED, f"{notice.office.name or '（发文机关待定）'}\t{day(notice.issued_at)}印发")


def _body(notice: Notice, folders: list[Path]) -> tuple[Block, ...]:
    """The template's own blocks. Raises InvalidTemplate."""
    environment = _environment(folders)
    file = f"{notice.document.value}.txt"
    path = next((folder / file for folder in folders if (folder / file).is_file()), PACKAGED / file)
    try:
        items = [_values(one, folders) for one in (notice, *notice.others)]
        text = environment.get_template(file).render(items[0] | {"items": items, "exhibits": wording.exhibits(notice)})
    except TemplateSyntaxError as error:
        raise InvalidTemplate(Path(error.filename or path), error.lineno, _problem(error)) from error
    except (TemplateError, TypeError, ValueError, AttributeError, KeyError, ArithmeticError) as error:
        raise InvalidTemplate(path, _line(error.__traceback__, path), _problem(error)) from error
    try:
        return parse(text)
    except MarkupError as error:
        raise InvalidTemplate(path, error.line, str(error)) from error


def _values(notice: Notice, folders: list[Path]) -> dict[str, Any]:
    """What a template may print of one notice: its facts, what its rule is called and asks, and the turns of phrase."""
    values = {field.name: getattr(notice, field.name) for field in fields(notice)}
    called = demand(notice.rule, folders) | {key: values[key] for key in ("problem", "demand") if values[key]}
    return (
        values
        | called
        | {
            "noun": wording.noun(notice),
            "whose": wording.whose(notice),
            "found": wording.found(notice),
            "source": wording.source(notice),
            "again": wording.again(notice),
            "asked": wording.asked(notice, called["demand"]),
            "consequence": wording.consequence(notice),
            "act_on": wording.act_on(notice, name(notice.account)),
        }
    )


def _environment(folders: list[Path]) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folders, encoding="utf-8-sig"),  # Notepad writes a mark in front
        undefined=StrictUndefined,
        autoescape=False,  # plain text; the HTML and the Word file escape each block themselves
        finalize=lambda value: protect(clean(value)),
        # Lines of the output stay lines of the template, so that an error can name one.
        trim_blocks=False,
        keep_trailing_newline=True,
    )
    environment.filters.update(day=day, moment=moment, name=name, full_stop=full_stop, cited=cited)
    return environment


def demand(rule: str, folders: list[Path]) -> dict[str, str]:
    """``problem`` and ``demand`` of a rule, the school's own words first. Raises InvalidTemplate."""
    for folder in folders:
        path = folder / DEMANDS
        if not path.is_file():
            continue
        try:
            table = yaml.safe_load(path.read_text("utf-8-sig")) or {}
            found = table.get(rule) or (table["other"] if folder == PACKAGED else None)
            if found:
                return {"problem": str(found["problem"]), "demand": str(found["demand"])}
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise InvalidTemplate(path, line, str(error.problem)) from error
        except UnicodeDecodeError as error:
            raise InvalidTemplate(path, 1, _problem(error)) from error
        except (AttributeError, KeyError, TypeError) as error:
            raise InvalidTemplate(path, 1, f"“{rule}”应当有 problem 和 demand 两项") from error
    raise InvalidTemplate(PACKAGED / DEMANDS, 1, "缺少该文件")


def _line(trace: TracebackType | None, path: Path) -> int:
    """The template's line an error came from: Jinja rewrites its frames to carry the template's file and lines."""
    line = 1
    while trace:
        if Path(trace.tb_frame.f_code.co_filename) == path:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _problem(error: Exception) -> str:
    match error:
        case TemplateNotFound():
            return f"找不到模板 {error.name}"
        case UndefinedError():
            return f"使用了不存在的变量（{error}）"
        case TemplateSyntaxError() if "Unexpected end of template" in str(error):
            return "语法错误：{% if %} 或 {% for %} 没有写对应的结束标记"
        case TemplateSyntaxError():
            return f"语法错误（{error.message}）"
        case UnicodeDecodeError():
            return "文件不是 UTF-8 编码，请另存为 UTF-8"
    return f"无法计算该行（{error}）".replace(GUARD, "")


def day(value: datetime) -> str:
    """2026年3月2日: Arabic digits, no leading zeros (7.3.5.4)."""
    value = value.astimezone(BEIJING)
    return f"{value.year}年{value.month}月{value.day}日"


def moment(value: datetime) -> str:
    """2026年3月2日14时05分."""
    return f"{day(value)}{value.astimezone(BEIJING):%H时%M分}"


def full_stop(value: Any) -> str:
    """The sentence, ending as a sentence does."""
    text = str(value).strip()
    return text if text.endswith(("。", "！", "？", "”")) else f"{text.rstrip('；;，,.')}。"


def cited(sentence: str) -> str:
    """规定：“…”。 with the quotation's own quotes turned into inner ones; where no sentence is known, only that it says so.

    A full stop is never put inside a quotation that has none: the words are the regulation's.
    """
    inner = str(sentence).strip().translate({ord("“"): "‘", ord("”"): "’"})
    if not inner:
        return "有明确规定。"
    return f"规定：“{inner}”" if inner.endswith("。") else f"规定：“{inner}”。"
