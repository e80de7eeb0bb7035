"""What pydantic finds wrong with a value, as a sentence for whoever typed it: for settings and for the command line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

SENTENCES = {
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "int_from_float": "应为整数",
    "float_parsing": "应为数字",
    "float_type": "应为数字",
    "bool_parsing": "应为 true 或 false",
    "bool_type": "应为 true 或 false",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "应不小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "应不大于 {le}",
    "string_type": "应为文字，写在引号里",
    "tuple_type": "应为列表，写作 [\"甲\", \"乙\"]",
    "list_type": "应为列表，写作 [\"甲\", \"乙\"]",
    "dict_type": "应为一组 名 = 值",
    "model_type": "应为一组 名 = 值",
    "model_attributes_type": "应为一组 名 = 值",
    "path_type": "应为路径，写在引号里",
    "missing": "缺少这一项",
    "extra_forbidden": "没有这一项",
}  # fmt: skip
"""By pydantic's own code of the error; its context fills the braces."""
NOT_ONE_OF = re.compile(r"is not one of (.+?)\.?$")


def sentence(error: Mapping[str, Any]) -> str:
    """One of ``ValidationError.errors()`` in Chinese, without the place."""
    kind, context = str(error["type"]), dict(error.get("ctx") or {})
    if kind in SENTENCES:
        return SENTENCES[kind].format(**context)
    if kind in ("enum", "literal_error"):
        return f"只能是 {str(context.get('expected', '')).replace(' or ', '、').replace(chr(39), '')}"
    text = str(context.get("error") or error["msg"])
    if found := NOT_ONE_OF.search(text):
        return f"只能是 {found[1].replace(chr(39), '').replace(', ', '、')}"
    return text if any("\u4e00" <= letter <= "\u9fff" for letter in text) else "写法不对"
