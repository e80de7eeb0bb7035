"""The two shapes that most figures have: a gauge under our prefix, and moments by one label."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily


def gauge(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    """``xunjian_NAME``, without samples yet."""
    return GaugeMetricFamily(f"xunjian_{name}", text, labels=labels)


def times(name: str, text: str, label: str, moments: Mapping[str, datetime]) -> GaugeMetricFamily:
    """``xunjian_NAME_timestamp_seconds`` by one label; what never was is absent, never 0."""
    family = gauge(f"{name}_timestamp_seconds", text, label)
    for value, at in sorted(moments.items()):
        family.add_metric([value], at.timestamp())
    return family
