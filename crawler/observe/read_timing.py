"""How long pages took to read, as a histogram that the child prints and the service adds up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

BOUNDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Upper bounds in seconds; longer ones are only in the total."""


@dataclass(slots=True)
class ReadTiming:
    """``counts`` by bound, not cumulative, the last one without a bound."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0

    @contextmanager
    def one(self) -> Iterator[None]:
        """Around the reading of one page; one that fails counts too."""
        begun = perf_counter()
        try:
            yield
        finally:
            self.add(perf_counter() - begun)

    def add(self, seconds: float) -> None:
        """One page more."""
        self.seconds += seconds
        self.counts[sum(seconds > bound for bound in BOUNDS)] += 1

    def as_dict(self) -> dict[str, Any]:
        """For the summary of a run."""
        return {"counts": self.counts, "seconds": round(self.seconds, 4)}
