"""Drafts a policy file from a regulation's file and writes it, with what was understood of every sentence beside it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from monitors.errors import InvalidInput
from monitors.regulation_files import regulation_text
from rules.names.tables import Institution, institutions
from rules.policies.draft.assemble import NothingUnderstood, draft_of
from rules.policies.draft.model import Draft
from rules.policies.draft.text import read_regulation, school_in
from rules.policies.loader import load_policy

_CODE = re.compile(r"[a-z][a-z0-9_-]{1,30}")
_HEAD = """\
# 草稿：由 xunjian policy draft 根据《{title}》原文起草，尚未核对。
# 标有 school_to_confirm 的条款和级次含有原文没有的数字，或者系统没有把握，学校确认之前只供查看；human 中是没有读懂的句子。
# 签批人、督办级次、受保护的简称均请核对；单位名录、校内地址段和监管分工请补全。
"""


class _Plain(yaml.SafeDumper):
    """Writes a list twice rather than pointing at it."""

    def ignore_aliases(self, data: object) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft that passes `policy lint`, and the text of its file."""

    draft: Draft
    text: str

    def write(self, folder: Path) -> Path:
        """Write CODE.yaml and CODE.json, both or none; a file that somebody changed meanwhile is left alone. Raises
        InvalidInput. Returns the policy's path."""
        policy = folder / f"{self.draft.code}.yaml"
        contents = {policy: self.text, policy.with_suffix(".json"): _as_json(self.draft)}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for path, text in contents.items():
                if path.exists() and path.read_text("utf-8", errors="replace") != text:
                    raise InvalidInput(f"{path} 已经存在，内容不同，没有覆盖。请先移走它，或用 --out 另选目录")
            with TemporaryDirectory(prefix=".draft-", dir=folder) as whole:
                for path, text in contents.items():
                    Path(whole, path.name).write_text(text, encoding="utf-8")
                for path in contents:
                    os.replace(Path(whole, path.name), path)
        except OSError as error:
            raise InvalidInput(f"无法写入目录 {folder}：请检查它是否是目录、是否有写入权限、磁盘是否已满") from error
        return policy


def draft_policy(file: Path, *, school: str, code: str, today: date) -> Drafted:
    """``school`` and ``code`` as typed, empty where the text and the file's name tell. Raises InvalidInput."""
    if code and not _CODE.fullmatch(code):
        raise InvalidInput(f"学校代码“{code}”写法不对：请用小写字母开头的 2 至 31 个字母、数字、- 或 _，如 --code sias")
    text = read_regulation(regulation_text(file))
    if not any(sentence.article for sentence in text.sentences):
        raise InvalidInput(
            f"{file} 里没有找到“第一条”或“一、”这样的条款，不像一份制度。请检查是否选错了文件；"
            "条款号如果是 Word 的自动编号，请另存为纯文本（txt）后再试"
        )
    found = school_in(text)
    named = school or (found.name if found else "")
    if not named:
        raise InvalidInput(f"{file} 里没有找到学校名称，请用 --school 写明学校全称")
    known = next((item for item in institutions() if item.name == named), None)
    try:
        draft = draft_of(text, code or _code(file, known), named, known, today)
    except NothingUnderstood as error:
        raise InvalidInput(f"{file} 里没有读出一条系统能核对的规定，请按 docs/policies.md 手工编写制度文件") from error
    body = yaml.dump(dict(draft.policy), Dumper=_Plain, allow_unicode=True, sort_keys=False, width=10**6)
    drafted = Drafted(draft, _HEAD.format(title=text.title or file.stem) + body)
    load_policy(drafted.text, f"{draft.code}.yaml")
    return drafted


def _code(file: Path, known: Institution | None) -> str:
    names = (file.stem, *(known.abbreviation if known else ()))
    return next((name.lower() for name in names if _CODE.fullmatch(name.lower())), "draft")


def _as_json(draft: Draft) -> str:
    clauses: list[Mapping[str, Any]] = [
        {
            "article": clause.article,
            "sentence": clause.sentence,
            "rule": clause.rule,
            "settings": dict(clause.settings),
            "number": clause.number,
            "unit": clause.unit,
            "sure": clause.sure,
            "to_confirm": clause.to_confirm,
        }
        for clause in draft.clauses
    ]
    ladder = [
        {
            "article": step.article,
            "sentence": step.sentence,
            "document": step.document.value,
            "after": step.after,
            "number": step.number,
            "unit": step.unit,
        }
        for step in draft.ladder
    ]
    whole = {"clauses": clauses, "ladder": ladder, "open": [sentence.text for sentence in draft.open]}
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"
