"""What a policy file need not say, and what it means then: the school reads it so in docs and forms."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from rules.calendar import Period
from rules.policies import schema

DEFAULTS: dict[type[BaseModel], dict[str, object]] = {
    schema.Regulation: {"document": "", "effective_to_confirm": False},
    schema.LadderStep: {
        "title": "", "approver": "", "approver_to_confirm": False, "clause": "", "sentence": "", "school_to_confirm": False,
    },
    schema.AccountScope: {"platforms": (), "levels": (), "except_levels": (), "categories": ()},
    schema.Clause: {
        "only": schema.AccountScope(), "duty": "unit", "problem": "", "demand": "", "demands_letter": False,
        "school_to_confirm": False, "note": "",
    },
    schema.SupervisionRoute: {"copies": (), "advises": False, "only": schema.AccountScope(), "matter": "content"},
    schema.ManualCheck: {"duty": "unit"},
    schema.RegisterFields: {"sentence": "", "values": ()},
    schema.Office: {"contact": "", "phone": "", "email": "", "masthead": "", "prefix": ""},
    schema.UnitName: {"short": ()},
    schema.Polling: {"floor": Period.parse("6小时"), "ceiling": Period.parse("7天")},
    schema.InquiryTerms: {
        "lead": Period.parse("14天"), "answer": Period.parse("5个工作日"), "reminder": Period.parse("3个工作日"),
    },
    schema.Policy: {
        "school_code": "", "demonstration": False, "pack": False, "office": None, "units": (), "units_complete": False,
        "domains": (), "ranges": (), "definition": None, "routes": (), "human": (), "register_fields": (), "calendar_notes": (),
        "polling": schema.Polling(), "inquiry": schema.InquiryTerms(), "closing": "person", "auto": "",
        "term_runs_from": "delivery", "version": "",
    },
}  # fmt: skip


@pytest.mark.parametrize("model", DEFAULTS, ids=lambda model: model.__name__)
def test_what_need_not_be_said(model: type[BaseModel]) -> None:
    unsaid = {name: info.default for name, info in model.model_fields.items() if not info.is_required()}
    assert {name: value for name, value in unsaid.items() if name != "settings"} == DEFAULTS[model]


def test_unknown_fields_are_mistakes_and_values_do_not_change() -> None:
    assert schema.StrictModel.model_config == {"extra": "forbid", "frozen": True, "populate_by_name": True}


@pytest.mark.parametrize(
    ("category", "names", "rank"),
    [
        ("学生社团", ("学生社团",), 4),
        ("外语协会（学生社团）", ("学生社团",), 4),
        ("校级学生社团", ("学生社团",), 4),
        ("学生社团联合会", ("学生社团",), 4),
        ("校学生社团部", ("学生社团",), 4),
        ("校社团部", ("社团",), 0),
        ("校管乐团部", ("管乐团",), 3),
        ("社团", ("学生社团", "社团"), 2),
        ("大学生社团联合会", ("学生社团", "社团联合会"), 5),
        ("", ("社团",), 0),
        ("社团", (), 0),
    ],
)
def test_how_well_a_category_is_met(category: str, names: tuple[str, ...], rank: int) -> None:
    assert schema.category_rank(category, names) == rank
