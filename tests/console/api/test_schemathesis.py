"""schemathesis over the OpenAPI as each role: what it makes up, right or wrong, is answered as described, never by a fault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from monitors.app_context import AppContext
from monitors.people.api_tokens import make_token
from rules.people import Role, Scope
from tests.conftest import NOW
from tests.console.house import PEOPLE

EXAMPLES = 12
CHECKS: list[Callable[..., Any]] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
ALONE = {
    Role.EDITOR: "editor",
    Role.SIGNER: "signer",
    Role.IT: "it",
    Role.READER: "reader",
    Role.UNIT: "unit",
    Role.ADMIN: "admin",
}


@pytest.mark.parametrize("role", list(Role))
def test_every_answer_is_one_that_was_described(app: FastAPI, context: AppContext, role: Role) -> None:
    scopes = [scope.value for scope in Scope]
    _, secret = make_token(context.store, PEOPLE[ALONE[role]], "试验", scopes, 1, NOW)
    header = {"authorization": f"Bearer {secret}", "host": "127.0.0.1:8765"}
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", app, headers=header)
    operations = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
    assert len(operations) == len(Scope)
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
            @given(case=operation.as_strategy(generation_mode=mode))
            def ask(case: Case[Any]) -> None:
                case.call_and_validate(headers=header, checks=CHECKS)

            ask()
