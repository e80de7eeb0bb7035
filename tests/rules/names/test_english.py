"""English names in what a page writes: whole, joined, misspelt, without their University, and the longer names of others."""

from __future__ import annotations

import pytest

from rules.names import english
from rules.names.slips import SURE
from rules.names.tokens import tokens

HUST, NCEPU, NJU, NWPU = (
    "Huazhong University of Science and Technology",
    "North China Electric Power University",
    "Nanjing University",
    "Northwestern Polytechnical University",
)


@pytest.mark.parametrize(
    ("name", "text", "sure"),
    [
        (HUST, HUST, SURE),
        (HUST, "Central China University of Science and Technology", SURE),
        (HUST, "Huazhong Universty of Science and Technology", SURE),
        (HUST, "Huazhong Science and Technology", 0),
        (NCEPU, NCEPU, SURE),
        (NCEPU, "North China Electric Power", SURE),  # of four words or more the University may be missing
        (NCEPU, "North China Electric", 0),
        (NCEPU, "Northchina Electric Power University", SURE),
        (NCEPU, "NorthChinaElectricPowerUniversity", SURE),
        (NCEPU, "South North China Electric Power University", 0),
        (NJU, NJU, SURE),
        (NJU, "Nanjing Universiti", SURE),
        (NJU, "Nanjin University", SURE),
        (NJU, "Nanning University", 0),
        (NJU, "Nanjing University of Posts", 0),
        (NJU, "University of Nanjing", 0),
        (NJU, "Nanjing", 0),
        (NWPU, "Northwest Polytechnic University", SURE),
        (NWPU, "North western Polytechnical University", SURE),
        (NWPU, "Northwestern University", 0),
        (NWPU, "Western Polytechnical University", 0),
    ],
)
def test_an_english_name_is_found(name: str, text: str, sure: int) -> None:
    made = english.make(0, name)
    assert made
    assert english.find(made, tokens(text)) == sure
