"""The figures of coverage 掌握率 that a person may see."""

from __future__ import annotations

from monitors.app_context import AppContext
from rules.coverage import CoverageFigures
from rules.model import Platform
from rules.people import View


def coverage_rows(context: AppContext, view: View) -> list[tuple[Platform, CoverageFigures]]:
    """The figures last counted of the schools that a person sees, by platform."""
    found: dict[Platform, CoverageFigures] = {}
    for school, counted in context.store.coverage.all().items():
        if view.sees_school(school):
            for platform, row in counted.platforms.items():
                found[platform] = found.get(platform, CoverageFigures()) + row
    return sorted(found.items(), key=lambda pair: -pair[1].accounts)
