"""`make docs`: the parts of docs/ that are made from the code, written between their markers."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import rules.candidates
import rules.cases.case
import rules.model
import rules.names.model
import rules.people
import rules.policies.schema
from alerts.delivery.channels import channels_help
from monitors.settings import Settings
from rules.model import LabeledEnum
from rules.policies.markdown import rules_page

DOCS = Path(__file__).parent.parent / "docs"
VOCABULARY = (rules.model, rules.cases.case, rules.candidates, rules.people, rules.policies.schema, rules.names.model)


def labels() -> str:
    """Every code with its Chinese label."""
    found = {
        thing.__name__: thing
        for module in VOCABULARY
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, LabeledEnum) and thing is not LabeledEnum
    }
    lines = [
        f"- **{name}**: " + " · ".join(f"`{m.value}` {m.label}" for m in kind) for name, kind in sorted(found.items())
    ]
    return "\n".join(lines)


def settings() -> str:
    """Every setting with its default and what it is for."""
    lines = ["| 设置 | 默认 | 说明 |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True, validated_data={})
        text = f"{field.description}：{channels_help()}" if name == "channels" else field.description
        lines.append(f"| `{name}` | `{default}` | {text} |")
    return "\n".join(lines)


GENERATED: dict[str, tuple[str, Callable[[], str]]] = {
    "labels": ("glossary.md", labels),
    "settings": ("settings.md", settings),
    "rules": ("rules.md", rules_page),
}


def block(name: str, text: str) -> str:
    """A generated part with its markers."""
    return f"<!-- generated: {name} (make docs) -->\n{text}\n<!-- end: {name} -->"


def stale() -> list[str]:
    """Names of parts whose document does not hold what the code says now."""
    return [n for n, (file, make) in GENERATED.items() if block(n, make()) not in (DOCS / file).read_text("utf-8")]


def write() -> None:
    """Write every generated part into its document."""
    for name, (file, make) in GENERATED.items():
        path = DOCS / file
        pattern = re.compile(rf"<!-- generated: {name} .*?<!-- end: {name} -->", re.S)
        fresh = block(name, make()).replace("\\", r"\\")
        path.write_text(pattern.sub(fresh, path.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    write()
