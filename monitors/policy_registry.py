"""The policies in force: the packaged ones, and the school's own files, which win."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from monitors.settings import Settings
from rules.names import ProtectedSchool
from rules.policies.loader import bundled_policies, bundled_policy, load_policy
from rules.policies.schema import Policy

BORROWED = ("借用本指标的单位",)
"""What `gov-2019.yaml` has in the place of a school's name: indicators that any school may borrow."""


def policies_of(settings: Settings) -> Mapping[str, Policy]:
    """Policies by school code. Raises PolicyError naming the file and what to mend."""
    own = (read_policy(path) for path in sorted(settings.policy_folder.glob("*.yaml")))
    return {code: bundled_policy(code) for code in bundled_policies()} | {policy.code: policy for policy in own}


def own_schools(policies: Mapping[str, Policy], *, demo: bool) -> list[Policy]:
    """Policies whose names are a school's: not the borrowed indicators, and the demo's only in the demo."""
    return [p for p in policies.values() if p.demonstration == demo and p.names.full != BORROWED]


def protected_of(policy: Policy) -> ProtectedSchool:
    """What the matcher needs of a policy: the school's names, and the names of its units."""
    return ProtectedSchool(code=policy.code, name=policy.school, names=policy.names)


def read_policy(path: Path) -> Policy:
    """One policy file. Raises PolicyError."""
    return load_policy(path.read_text(encoding="utf-8"), str(path))
