"""Noise: no exception leaves `parse_page`, and nothing is read as ok that names no account, post or result."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.observe.parse import parse_page
from crawler.page.page import Page
from crawler.platforms import MODULES
from rules.model import Observation, Outcome
from tests.conftest import NOW
from tests.support.pages import CASES, Case

KEYS = sorted(set(MODULES) - {"website"})
SLOW = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)


def sound(seen: Observation) -> bool:
    """What may be called ok: something that names an account, a post or a search result."""
    return seen.outcome is not Outcome.OK or bool(seen.name or seen.account_id or seen.posts or seen.results)


@SLOW
@given(st.binary(max_size=3000), st.sampled_from(KEYS))
def test_random_bytes_are_no_fact(body: bytes, key: str) -> None:
    assert not parse_page(Page("", body, NOW), key).outcome.is_fact


@SLOW
@given(JSON, st.sampled_from(KEYS))
def test_random_json_is_no_fact(value: Any, key: str) -> None:
    assert not parse_page(Page("", json.dumps(value).encode(), NOW), key).outcome.is_fact


@SLOW
@given(st.sampled_from(CASES), st.data())
def test_truncated_pages(case: Case, data: st.DataObject) -> None:
    body = case.path.read_bytes()
    assert sound(parse_page(case.page(body[: data.draw(st.integers(0, len(body)))]), case.platform))


@SLOW
@given(st.sampled_from(CASES), st.binary(max_size=30), st.data())
def test_spliced_pages(case: Case, noise: bytes, data: st.DataObject) -> None:
    body = case.path.read_bytes()
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(len(body), start + 200)))
    assert sound(parse_page(case.page(body[:start] + noise + body[end:]), case.platform))


@SLOW
@given(st.sampled_from([case for case in CASES if case.path.suffix == ".json"]), JSON, st.data())
def test_json_with_one_value_replaced(case: Case, value: Any, data: st.DataObject) -> None:
    # The right keys with the wrong types are what a changed interface sends.
    tree = json.loads(case.path.read_text("utf-8"))
    node = tree
    while isinstance(node, dict | list) and node:
        key = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        if not isinstance(node[key], dict | list) or not node[key] or data.draw(st.booleans()):
            node[key] = value
            break
        node = node[key]
    seen = parse_page(case.page(json.dumps(tree).encode()), case.platform)
    assert sound(seen)
    assert not seen.reason.startswith("reader_error")


@SLOW
@given(st.sampled_from(CASES), st.sampled_from(KEYS))
def test_pages_of_another_platform(case: Case, key: str) -> None:
    assert sound(parse_page(case.page(), key))


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    "unit",
    ["<script ", "<!--", "<?a?>", "<svg><a ", "{", "[", '{"a":[', 'var user_name = "', "cgiDataNew = {", "<title", "<code><!--",
     "weui-msg__title", "mediaInfo: {", "认证：", "\\", "&#", "id=\"RENDER_DATA\"", "<li class=\"j_thread_list\">"],
)  # fmt: skip
def test_hostile_repetition_costs_no_time(unit: str, key: str) -> None:
    # A quadratic scan of 200 KB would take a minute; the bound is loose because the machine is shared.
    body = (unit * (200_000 // len(unit))).encode()
    start = time.perf_counter()
    assert sound(parse_page(Page("", body, NOW), key))
    assert time.perf_counter() - start < 5
