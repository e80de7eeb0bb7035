"""Two pages for machines: health for a watchdog, metrics for Prometheus."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from monitors.console.app_state import scheduler_alive, state_of
from monitors.console.rendering import world_of
from storage.database import StorageError

router = APIRouter()


@router.get("/healthz")
def health(request: Request) -> JSONResponse:
    """For a watchdog: 200 while the database answers and the scheduler, where there is one, runs; else 503."""
    context = world_of(request)
    state: dict[str, Any] = {"database": "ok", "last_sweep_seconds": None, "scheduler": scheduler_alive(request.app)}
    try:
        last = context.store.read_models.last_runs().get("sweep")
        state["last_sweep_seconds"] = round((context.clock() - last).total_seconds()) if last else None
    except StorageError:
        state["database"] = "unavailable"
    sound = state["database"] == "ok" and state["scheduler"] is not False
    return JSONResponse({"status": "ok" if sound else "failing", **state}, 200 if sound else 503)


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """For Prometheus. A plain route: a mounted app would answer with a redirect."""
    registry = state_of(request.app).metrics
    if registry is None:
        return PlainTextResponse("metrics are switched off", 404)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
