"""Every rule, one pure function each; importing this package fills `RULES`."""

from rules.catalogue import ending, filing, names, page, review, silence
from rules.catalogue.registry import RULES, Rule, SchoolContext

__all__ = ["RULES", "Rule", "SchoolContext", "ending", "filing", "names", "page", "review", "silence"]
