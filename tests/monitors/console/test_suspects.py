"""疑似账号: counted, marked, decided one by one or together, taken back, followed up."""

from __future__ import annotations

import io
import zipfile

from monitors.app_context import AppContext
from rules.candidates import Candidate, CandidateState
from tests.support.console import Browser

REASON = "已电话核实，不是学校开设"


def waiting(context: AppContext) -> list[Candidate]:
    return context.store.candidates.all(state=CandidateState.WAITING)


def confirm(staff: Browser, found: Candidate, **more: str) -> str:
    """The address of the page that says what came of it."""
    fields = {"school": found.school, "key": found.key, "verdict": "confirmed", "kind": "misuse", "reason": REASON}
    answer = staff.submit("/suspects/decide", **(fields | more))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def one(context: AppContext, found: Candidate) -> Candidate:
    kept = context.store.candidates.one(found.school, found.key)
    assert kept
    return kept


def test_the_tabs_count_and_the_letters_are_marked(staff: Browser, context: AppContext) -> None:
    page = staff.get("/suspects").text
    expected = [candidate for candidate in waiting(context) if candidate.kind.needs_review]
    assert f"待核实 <small>{len(expected)}</small>" in page
    assert "<mark>示范大学</mark>" in page
    assert 'script src="/static/suspects.js"' in page
    policy = staff.get("/suspects").headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert staff.get("/static/suspects.js").headers["content-type"].startswith("text/javascript")


def test_confirming_says_which_account_and_leads_to_its_case_and_back(staff: Browser, context: AppContext) -> None:
    found = waiting(context)[0]
    page = staff.get(confirm(staff, found)).text
    (number,) = context.store.read_models.open_cases_about([found.key]).values()
    assert f"/cases/{number}" in page
    assert "属实（擅用校名）" in page
    assert REASON in page
    assert f"/suspects?one={found.school}/{found.key}" in staff.get(f"/cases/{number}").text


def test_a_confirmation_without_kind_or_reason_is_asked_for_them(staff: Browser, context: AppContext) -> None:
    found = waiting(context)[0]
    fields = {"school": found.school, "key": found.key, "verdict": "confirmed"}
    assert "属于哪一种" in staff.submit("/suspects/decide", **fields).text
    assert "核实情况和理由" in staff.submit("/suspects/decide", **fields, kind="misuse", reason=" ").text
    assert staff.submit("/suspects/decide", **fields | {"verdict": "explode"}).status_code == 422
    assert one(context, found).state is CandidateState.WAITING


def test_several_are_decided_together(staff: Browser, context: AppContext) -> None:
    some = [candidate for candidate in waiting(context) if candidate.kind.needs_review][:2]
    fields = {"csrf": staff.csrf(), "verdict": "excluded", "reason": "同名的另一所学校"}
    chosen = [f"{candidate.school}/{candidate.key}" for candidate in some]
    answer = staff.post("/suspects/decide", data=fields | {"chosen": chosen}, follow_redirects=False)
    assert answer.headers["location"] == "/suspects?done=judged"
    assert {one(context, candidate).state for candidate in some} == {CandidateState.EXCLUDED}


def test_a_decision_is_taken_back(staff: Browser, context: AppContext) -> None:
    found = waiting(context)[0]
    page = confirm(staff, found)
    assert "撤销这个决定" in staff.get(page).text
    name = f"{found.school}/{found.key}"
    assert staff.submit("/suspects/undo", one=name).status_code == 303
    assert one(context, found).state is CandidateState.WAITING
    assert context.store.read_models.open_cases_about([found.key]) == {}
    assert staff.submit("/suspects/undo", one=name).status_code == 409
    assert staff.submit("/suspects/undo", one="demo/none").status_code == 404


def test_what_is_not_on_file_is_not_filed(staff: Browser, context: AppContext) -> None:
    found = waiting(context)[0]
    answer = staff.submit("/suspects/decide", school=found.school, key=found.key, verdict="filed")
    assert answer.status_code == 422
    assert "台账中没有" in answer.text


def test_the_next_steps(staff: Browser, context: AppContext) -> None:
    found = waiting(context)[0]
    name = f"{found.school}/{found.key}"
    assert "还没有确认属实" in staff.get(f"/suspects/package?one={name}").text
    confirm(staff, found)
    package = staff.get(f"/suspects/package?one={name}&kind=cyberspace")
    assert package.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(package.content)) as files:
        assert any(name.startswith("线索移送函") for name in files.namelist())
    assert staff.submit("/suspects/step", one=name, kind="explode").status_code == 422
    assert staff.submit("/suspects/step", one=name, kind="cyberspace", note="已移送区网信办").status_code == 303
    (done,) = one(context, found).follow_ups
    assert (done.by, done.note) == ("王老师", "已移送区网信办")
    page = staff.get(f"/suspects?one={name}").text
    assert "已移送区网信办" in page
    assert "撤销这个决定" not in page
