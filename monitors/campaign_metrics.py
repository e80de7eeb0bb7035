"""How far the running campaigns are, as Prometheus hears it: units by the state of their sheet, and when the campaign is due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from prometheus_client.core import Metric

from monitors.app_context import AppContext
from monitors.metric_families import gauge
from rules.calendar import end_of
from rules.campaigns import SheetState


class CampaignCollector:
    """A prometheus-client collector over one context. A campaign that was closed is gone: its series end with it."""

    def __init__(self, context: AppContext) -> None:
        """Asks only when scraped."""
        self._context = context

    def collect(self) -> Iterator[Metric]:
        """Both families; a state that no unit is in is 0, so that its line goes down to the ground."""
        sheets = gauge("campaign_sheets", "Units of a running campaign by state.", "school", "campaign", "state")
        due = gauge(
            "campaign_due_timestamp_seconds", "When the units of a running campaign are late.", "school", "campaign"
        )
        now, store = self._context.clock(), self._context.store
        for campaign in store.campaigns.all():
            if campaign.closed_at is None:
                labels = [campaign.school, campaign.code]
                due.add_metric(labels, end_of(campaign.due).timestamp())
                counts = Counter(sheet.state_at(campaign.due, now) for sheet in store.campaigns.sheets(campaign.code))
                for state in SheetState:
                    sheets.add_metric([*labels, state.value], counts[state])
        yield from (sheets, due)
