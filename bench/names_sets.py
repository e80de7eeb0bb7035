"""The names that the benchmark of the name matcher asks about, and the schools that it protects."""

import csv
import json
import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rules.names import ProtectedNames, ProtectedSchool
from rules.names.tables import Institution, institutions
from rules.names.terms import folded, sharers

CONTESTED = frozenset(("南大", "山大", "海大", "华师"))
# what these schools' policy files would name: campuses and places of theirs, from their own public pages
HINTS = {
    "北京理工大学": ("中关村", "良乡", "西山"), "大连理工大学": ("凌水", "盘锦", "开发区"), "南京大学": ("鼓楼", "仙林", "浦口"),
    "西北工业大学": ("友谊校区", "长安校区", "太仓"), "武汉理工大学": ("马房山", "余家头", "南湖"), "郑州西亚斯学院": ("新郑",),
    "哈尔滨工业大学": ("威海", "深圳"), "中国海洋大学": ("崂山", "鱼山", "西海岸"), "山东大学": ("洪家楼", "趵突泉", "兴隆山"),
    "华中师范大学": ("桂子山", "桂苑"),
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One name with the answer: the school it uses, or None; `near` is the school it was written to be confused with."""

    name: str
    school: str | None
    category: str
    near: str | None = None


def table(path: Path) -> list[dict[str, str]]:
    """A tab-separated file with a header."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def labelled_schools(shared: Path, hints: bool = True) -> list[ProtectedSchool]:
    """The ten schools of protected.json as policy files would write them."""
    found: dict[str, dict[str, list[str]]] = json.loads((shared / "names/protected.json").read_text(encoding="utf-8"))
    return [
        ProtectedSchool(code=f"L{i}", name=name, names=ProtectedNames.model_validate({
            "full": p["full"], "historic": p["hist"], "english": p["en"], "abbreviation": p["abbr"],
            "short": [s for s in p["short"] if s not in CONTESTED],
            "contested": [s for s in p["short"] if s in CONTESTED], "hints": HINTS.get(name, ()) if hints else (),
        }))
        for i, (name, p) in enumerate(found.items())
    ]  # fmt: skip


def drawn_schools(seed: int, count: int, known: Iterable[str] = ()) -> list[ProtectedSchool]:
    """Schools drawn from the institution table, with the short names listed there; shared short names are contested."""
    pool = [i for i in institutions() if i.kind == "current" and i.short and i.name not in known]
    return [policy(f"R{n}", item) for n, item in enumerate(random.Random(seed).sample(pool, count))]


def policy(code: str, item: Institution) -> ProtectedSchool:
    """An institution as a policy file would write it."""
    ours = [s for s in item.short if len(sharers()[folded(s)]) == 1]
    names = {"full": [item.name], "historic": item.historic, "short": ours, "english": item.english,
             "contested": [s for s in item.short if s not in ours], "abbreviation": item.abbreviation}  # fmt: skip
    return ProtectedSchool(code=code, name=item.name, names=ProtectedNames.model_validate(names))


def labelled(shared: Path) -> list[Row]:
    """labelled.tsv."""
    rows = table(shared / "names/labelled.tsv")
    return [
        Row(r["name"], r["school"] if r["label"] == "infringing_use" else None, r["category"], r.get("near_school"))
        for r in rows
    ]
