"""Every rule, one pure function each; importing this package imports all its modules, which fill `RULES`."""

from importlib import import_module
from pkgutil import iter_modules

from rules.catalogue.registry import RULES, Rule, RuleGroup, SchoolContext, by_weight

__all__ = ["RULES", "Rule", "RuleGroup", "SchoolContext", "by_weight"]

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
