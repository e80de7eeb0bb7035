"""Vocabulary to JSON text and back, checked by pydantic: how documents look in the database."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from storage.database import StorageError

SHOWN = 60
"""Characters of a spoilt document that are shown: enough to find its row."""
CHINESE = {
    "AccountState": "账号状态",
    "Campaign": "专项工作",
    "Candidate": "疑似账号",
    "Case": "问题台账条目",
    "CaseEvent": "问题台账经过",
    "Digest": "日报",
    "Filing": "备案",
    "Finding": "问题",
    "CoverageFigures": "掌握率",
    "Inquiry": "核实请求",
    "KeptAnswers": "留存判定",
    "Notice": "通知",
    "Observation": "观察",
    "Receipt": "送达登记",
    "UnitSheet": "填报表",
}


class DocumentError(StorageError):
    """A stored document cannot be read. Raised by `load` and `load_json`; the command prints it and exits 2, nothing is
    judged or sent on what is left of it."""

    def __init__(self, kind: str, document: str) -> None:
        """``kind``: what the document should be, in Chinese."""
        start = " ".join(document[:SHOWN].split()) or "（空）"
        super().__init__(
            f"数据库里有一条{kind}记录的内容已损坏或不是本版本能读的格式，无法读取（开头为 {start}）。"
            "页面存证不受影响。请停止服务，用最近的备份恢复数据库；没有备份的，请把这句话发给运维人员处理。"
        )


T = TypeVar("T")


_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}


def _adapter(kind: Any) -> TypeAdapter[Any]:
    """Built once per kind: building one costs a thousand times what using it does."""
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def dump(value: Any, kind: Any = None) -> str:
    """The document of a dataclass; default values are left out so that a million rows stay small."""
    adapter = _adapter(kind or type(value))
    return adapter.dump_json(value, exclude_defaults=True).decode()


def load(kind: type[T], document: str) -> T:
    """The dataclass of a document. Raises DocumentError when the document is not of that kind.

    A field that the kind does not have is refused: read as a default, a renamed field would lose what it held.
    """
    try:
        value: T = _adapter(kind).validate_json(document, extra="forbid")
    except ValidationError as error:
        raise DocumentError(CHINESE.get(kind.__name__, "数据"), document) from error
    return value


def load_json(kind: str, document: str) -> dict[str, Any]:
    """A stored JSON object that is no dataclass; ``kind``: what it is, in Chinese. Raises DocumentError."""
    try:
        found = json.loads(document)
    except (ValueError, TypeError, RecursionError) as error:
        raise DocumentError(kind, str(document)) from error
    if not isinstance(found, dict):
        raise DocumentError(kind, document)
    return found
