"""制度: a school's policy as a page that can be read without knowing YAML."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse

from monitors.console.rendering import render, world_of

router = APIRouter()


@router.get("/policies")
def policies(request: Request) -> HTMLResponse:
    """Every policy that is loaded; those of schools with a register first."""
    context = world_of(request)
    used = set(context.schools)
    loaded = sorted(context.policies.values(), key=lambda policy: (policy.code not in used, policy.code))
    return render(request, "policies.html", "制度", policies=loaded, used=used)


@router.get("/policies/{code}")
def policy(request: Request, code: str) -> HTMLResponse:
    """One school's policy."""
    found = world_of(request).policies.get(code)
    if found is None:
        raise HTTPException(404, "没有这所学校的制度。")
    return render(request, "policy.html", f"{found.school} 制度", school=code, policy=found)
