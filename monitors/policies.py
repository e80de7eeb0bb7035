"""The policies in force: the packaged ones, and the school's own files, which win."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from monitors.settings import Settings
from rules.policy import Policy
from rules.policy_file import load_policy, packaged_policies


def policies_of(settings: Settings) -> Mapping[str, Policy]:
    """Policies by school code. Raises PolicyError naming the file and what to mend."""
    own = (read_policy(path) for path in sorted(settings.policy_folder.glob("*.yaml")))
    return {**packaged_policies(), **{policy.code: policy for policy in own}}


def read_policy(path: Path) -> Policy:
    """One policy file. Raises PolicyError."""
    return load_policy(path.read_text(encoding="utf-8"), str(path))
