"""Every rule, one pure function each; importing this package fills `RULES`."""

from rules.catalogue import activity, closure, naming, page_content, periodic, registration
from rules.catalogue.registry import RULES, Rule, SchoolContext

__all__ = [
    "RULES",
    "Rule",
    "SchoolContext",
    "activity",
    "closure",
    "naming",
    "page_content",
    "periodic",
    "registration",
]
