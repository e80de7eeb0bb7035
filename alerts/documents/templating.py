"""Templates of papers: where they are found, what they may use, and where a mistake in one is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
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

from alerts.documents.blocks import GUARD, Block, MarkupError, parse, protect
from alerts.sanitize import clean, name
from rules.catalogue import RULES
from rules.model import BEIJING

PACKAGED = Path(__file__).parent / "templates"
"""The templates every school starts from."""
DEMANDS = "demands.yaml"
"""A school's own words for what a rule's problem is called and what must be done about it."""
OTHER = {"problem": "不符合管理规定", "demand": "对照上述规定完成整改，并同步更新备案信息"}
"""Of a rule that no longer exists."""


class InvalidTemplate(Exception):
    """A template cannot be used. Raised while a notice is rendered; the text names the file and the line in Chinese.

    The catcher keeps the notice in the outbox and shows the text to the person who may mend the file.
    """

    def __init__(self, path: Path, line: int, problem: str) -> None:
        """Name the place and the problem."""
        super().__init__(f"文书模板 {path} 第 {line} 行有误：{problem}")
        self.path, self.line = path, line


def filled(file: str, values: Callable[[], dict[str, Any]], folders: list[Path]) -> tuple[Block, ...]:
    """The blocks of a template filled in; the first folder that has it wins. Raises InvalidTemplate."""
    path = next((folder / file for folder in folders if (folder / file).is_file()), PACKAGED / file)
    try:
        text = environment(tuple(folders)).get_template(file).render(values())
    except TemplateSyntaxError as error:
        raise InvalidTemplate(Path(error.filename or path), error.lineno, _problem(error)) from error
    except (TemplateError, TypeError, ValueError, AttributeError, KeyError, ArithmeticError) as error:
        raise InvalidTemplate(path, _line(error.__traceback__, path), _problem(error)) from error
    try:
        return parse(text)
    except MarkupError as error:
        raise InvalidTemplate(path, error.line, str(error)) from error


@lru_cache(maxsize=32)
def environment(folders: tuple[Path, ...]) -> ImmutableSandboxedEnvironment:
    """Where these folders' templates are compiled, once for as long as their files stay as they are."""
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
            if found := (yaml.safe_load(path.read_text("utf-8-sig")) or {}).get(rule):
                return {"problem": str(found["problem"]), "demand": str(found["demand"])}
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise InvalidTemplate(path, line, str(error.problem)) from error
        except UnicodeDecodeError as error:
            raise InvalidTemplate(path, 1, _problem(error)) from error
        except (AttributeError, KeyError, TypeError) as error:
            raise InvalidTemplate(path, 1, f"“{rule}”应当有 problem 和 demand 两项") from error
    known = RULES.get(rule)
    return {"problem": known.problem, "demand": known.demand} if known else OTHER


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
    ended = text.endswith(("。", "！", "？", "。”", "！”", "？”"))
    return text if ended else f"{text.rstrip('；;，,.')}。"


def cited(sentence: str) -> str:
    """规定：“…”。 with the quotation's own quotes turned into inner ones; where no sentence is known, only that it says so.

    A full stop is never put inside a quotation that has none: the words are the regulation's.
    """
    inner = str(sentence).strip().translate({ord("“"): "‘", ord("”"): "’"})
    if not inner:
        return "有明确规定。"
    return f"规定：“{inner}”" if inner.endswith("。") else f"规定：“{inner}”。"
