"""docs/rules.md holds what the rules say of themselves."""

from pathlib import Path

from rules.policies.loader import bundled_policies
from rules.policies.markdown import rules_page

DOCS = Path(__file__).parents[3] / "docs"


def test_every_rule_is_in_the_document() -> None:
    text = (DOCS / "rules.md").read_text("utf-8")
    generated = text.split("<!-- generated: rules (make docs) -->\n", 1)[1].split("\n<!-- end: rules -->", 1)[0]
    assert generated == rules_page(), "run `make docs`"


def test_every_policy_is_in_the_document() -> None:
    text = (DOCS / "policies.md").read_text("utf-8")
    assert all(f"| `{code}` |" in text for code in bundled_policies())
