"""Measures the name matcher against the shared names: `python bench/names.py [--shared ../shared] [--seed 7]`.

Prints precision and recall beside three baselines in the same run, recall by category, leave-one-school-out figures,
a synthetic attack set for schools drawn at random from the institution table, false flags on real account names, speed.
"""

import argparse
import csv
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from opencc import OpenCC
from rapidfuzz import fuzz

from rules.names import Matcher, ProtectedNames, ProtectedSchool
from rules.names.sounds import plain
from rules.names.spelled import spellings
from rules.names.tables import Institution, frequencies, institutions, shapes
from rules.names.terms import folded, sharers

CONTESTED = frozenset(("南大", "山大", "海大", "华师"))
# what these schools' policy files would name: campuses and places of theirs, from their own public pages
HINTS = {
    "北京理工大学": ("中关村", "良乡", "西山"), "大连理工大学": ("凌水", "盘锦", "开发区"), "南京大学": ("鼓楼", "仙林", "浦口"),
    "西北工业大学": ("友谊校区", "长安校区", "太仓"), "武汉理工大学": ("马房山", "余家头", "南湖"), "郑州西亚斯学院": ("新郑",),
    "哈尔滨工业大学": ("威海", "深圳"), "中国海洋大学": ("崂山", "鱼山", "西海岸"), "山东大学": ("洪家楼", "趵突泉", "兴隆山"),
    "华中师范大学": ("桂子山", "桂苑"),
}  # fmt: skip
SUFFIXES = ("表白墙", "校园墙", "学生会", "招生办", "考研", "二手群", "树洞")
Predict = Callable[[str], tuple[float, str | None]]  # score 0–1 and the school named


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


def ours(schools: Sequence[ProtectedSchool]) -> Predict:
    """The matcher."""
    matcher, names = Matcher(schools), {s.code: s.name for s in schools}

    def predict(name: str) -> tuple[float, str | None]:
        match = matcher.screen(name)
        return (0.5 + match.score / 2 if match.flagged else 0.0), names.get(match.school or "")

    return predict


def _terms(schools: Sequence[ProtectedSchool]) -> list[tuple[str, str]]:
    lists = ("full", "historic", "short", "contested", "english", "abbreviation")
    return [(t, s.name) for s in schools for key in lists for t in getattr(s.names, key)]


def substring(schools: Sequence[ProtectedSchool]) -> Predict:
    """A protected name is in the name."""
    terms = [(t.lower(), s) for t, s in _terms(schools)]

    def predict(name: str) -> tuple[float, str | None]:
        low = name.lower()
        return next(((1.0, s) for t, s in terms if t in low), (0.0, None))

    return predict


def partial(schools: Sequence[ProtectedSchool]) -> Predict:
    """The best rapidfuzz partial_ratio over the protected names."""
    terms = _terms(schools)

    def predict(name: str) -> tuple[float, str | None]:
        return max(((fuzz.partial_ratio(name, t) / 100, s) for t, s in terms), key=lambda pair: pair[0])

    return predict


def segmented(schools: Sequence[ProtectedSchool]) -> Predict:
    """jieba with the protected names as user words: one of the words is one of them."""
    import jieba

    cutter = jieba.Tokenizer()
    cutter.FREQ, cutter.total, cutter.initialized = *cutter.gen_pfdict(cutter.get_dict_file()), True  # no file in /tmp
    terms = {t.lower(): s for t, s in _terms(schools)}
    for term in terms:
        cutter.add_word(term, 20000)

    def predict(name: str) -> tuple[float, str | None]:
        return next(((1.0, terms[w]) for w in cutter.cut(name.lower(), HMM=False) if w in terms), (0.0, None))

    return predict


def counts(rows: Sequence[Row], answers: Sequence[tuple[float, str | None]], cut: float) -> tuple[int, int, int]:
    """True flags, wrong flags, misses; a flag for the wrong school is both of the latter."""
    right = sum(
        s >= cut and r.school is not None and got == r.school for r, (s, got) in zip(rows, answers, strict=True)
    )
    flags = sum(s >= cut for s, _ in answers)
    return right, flags - right, sum(r.school is not None for r in rows) - right


def figures(tp: int, fp: int, fn: int) -> str:
    """P, R and F1 as text."""
    p, r = tp / (tp + fp) if tp + fp else 0.0, tp / (tp + fn) if tp + fn else 0.0
    return f"P {p:.3f}  R {r:.3f}  F1 {2 * p * r / (p + r) if p + r else 0:.3f}  (TP {tp} FP {fp} FN {fn})"


def best_cut(rows: Sequence[Row], answers: Sequence[tuple[float, str | None]]) -> float:
    """The threshold with the best F1."""

    def f1(cut: float) -> float:
        tp, fp, fn = counts(rows, answers, cut)
        return 2 * tp / (2 * tp + fp + fn) if tp else 0.0

    return max((c / 50 for c in range(20, 51)), key=f1)


def left_out(rows: Sequence[Row], answers: Sequence[tuple[float, str | None]]) -> str:
    """Each school judged with the threshold tuned on all the others."""
    total = Counter[str]()
    names = sorted({r.school for r in rows if r.school})
    for n, school in enumerate(names):
        mine = [
            school in (r.school, r.near) or (not r.school and not r.near and i % len(names) == n)
            for i, r in enumerate(rows)
        ]
        rest = [i for i, m in enumerate(mine) if not m]
        cut = best_cut([rows[i] for i in rest], [answers[i] for i in rest])
        here = [i for i, m in enumerate(mine) if m]
        for key, value in zip(
            ("tp", "fp", "fn"), counts([rows[i] for i in here], [answers[i] for i in here], cut), strict=True
        ):
            total[key] += value
    return figures(total["tp"], total["fp"], total["fn"])


class Attacks:
    """Disguises of a name, drawn at random; look-alikes come from the matcher's own table (see docs/names.md)."""

    def __init__(self, seed: int) -> None:
        """Homophones are drawn from the characters that jieba's list uses as words."""
        self.random = random.Random(seed)
        self.traditional = OpenCC("s2t").convert
        self.sounds: dict[str, list[str]] = defaultdict(list)
        for char in (w for w, f in frequencies().items() if len(w) == 1 and f > 500):
            for sound in plain(char):
                self.sounds[sound].append(char)

    def _swap(self, name: str, options: Callable[[str], Sequence[str]]) -> str | None:
        spots = [i for i, c in enumerate(name) if c not in "大学院" and options(c)]
        if not spots:
            return None
        at = self.random.choice(spots)
        return name[:at] + self.random.choice(options(name[at])) + name[at + 1 :]

    def make(self, kind: str, name: str) -> str | None:
        """One disguise of `name`; None where the kind does not apply."""
        pick, at = self.random, self.random.randrange(1, len(name))
        if kind in ("missing", "extra", "reorder") and len(name) < 6:
            return None
        match kind:
            case "plain":
                return name
            case "symbols":
                return pick.choice("·★-_~、 ❤|").join(name)
            case "one_symbol":
                return name[:at] + pick.choice("·★-_.🎓") + name[at:]
            case "zero_width":
                return pick.choice("\u200b\u200d\ufeff\u2060").join(name)
            case "traditional":
                return self.traditional(name) if self.traditional(name) != name else None
            case "homophone":
                return self._swap(name, lambda c: [s for p in plain(c) for s in self.sounds[p] if s != c])
            case "shape":
                return self._swap(name, lambda c: shapes().get(c, "")[:8])
            case "mixed":
                return self._swap(name, lambda c: sorted(plain(c)))
            case "pinyin":
                return spellings(name)[0] if len(name) > 2 and spellings(name) else None
            case "missing":
                return name[:at] + name[at + 1 :]
            case "extra":
                return name[:at] + pick.choice("的新小市") + name[at:]
            case "reorder":
                return name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :]
        raise ValueError(kind)


KINDS = ("plain", "symbols", "one_symbol", "zero_width", "traditional", "homophone", "shape", "mixed", "pinyin",
         "missing", "extra", "reorder")  # fmt: skip


def synthetic(schools: Sequence[ProtectedSchool], seed: int) -> tuple[list[Row], list[Row]]:
    """Attacks on the schools' names, and the same disguises of other institutions' names."""
    attacks, rows, others = Attacks(seed), [], []
    mine = {s.name for s in schools}
    for school in schools:
        for name in (*school.names.full, *(s for s in school.names.short if len(s) > 2)):
            for kind in KINDS:
                made = attacks.make(kind, folded(name))
                if made and (folded(made) == folded(name) or folded(made) not in sharers()):
                    rows.append(Row(made + attacks.random.choice(SUFFIXES), school.name, kind))
    for item in institutions():
        owned = item.name in mine or any(item.name in s.names.historic or item.name.startswith(s.name) for s in schools)
        for kind in () if owned else KINDS:
            made = attacks.make(kind, folded(item.name))
            if made:
                others.append(Row(made + attacks.random.choice(SUFFIXES), None, kind))
    return rows, others


def rates(names: Sequence[str], *screens: Callable[[str], object]) -> list[float]:
    """Names a second of processor time for each function, taking turns so that a busy machine is unfair to none.

    The last function, the slow one, gets every tenth name. The first round warms all and is not counted.
    """
    spent, done = [0.0] * len(screens), [0] * len(screens)
    for turn in range(2):
        for at in range(0, len(names), 3000):
            for n, screen in enumerate(screens):
                part = names[at : at + 3000 : 10 if n == len(screens) - 1 else 1]
                start = time.process_time()
                for name in part:
                    screen(name)
                spent[n] += turn * (time.process_time() - start)
                done[n] += turn * len(part)
    return [count / seconds for count, seconds in zip(done, spent, strict=True)]


def print_quality(rows: Sequence[Row], accounts: Sequence[dict[str, str]], schools: Sequence[ProtectedSchool]) -> None:
    """The table of methods, then the matcher by category."""
    plain_accounts = [a["name"] for a in accounts if a["gold"] == "none"]
    uses = [a["name"] for a in accounts if a["gold"] == "use"]
    for title, make in (("matcher", ours), ("substring", substring), ("partial_ratio", partial), ("jieba", segmented)):
        predict = make(schools)
        answers = [predict(r.name) for r in rows]
        cut = 0.5 if make is ours else best_cut(rows, answers)
        wrong = sum(predict(n)[0] >= cut for n in plain_accounts)
        found = sum(predict(n)[0] >= cut for n in uses)
        print(f"{title:14} cut {cut:.2f}  {figures(*counts(rows, answers, cut))}")
        print(f"{'':14} real accounts: {found}/{len(uses)} uses found, {wrong} wrong flags in {len(plain_accounts)}")
        print(f"{'':14} leave one school out: {left_out(rows, answers)}")


def print_categories(rows: Sequence[Row], predict: Predict) -> None:
    """The share of right answers by category."""
    seen: dict[tuple[str, bool], Counter[bool]] = defaultdict(Counter)
    for r in rows:
        score, school = predict(r.name)
        seen[r.category, r.school is not None][(score > 0 and school == r.school) if r.school else not score] += 1
    for (category, positive), c in sorted(seen.items(), key=lambda item: (not item[0][1], item[0][0])):
        print(
            f"  {'recall ' if positive else 'cleared'} {category:42} {c[True] / sum(c.values()):.3f}  of {sum(c.values())}"
        )


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--errors", action="store_true", help="print every wrong answer")
    args = parser.parse_args()
    started = time.process_time()
    schools = labelled_schools(args.shared)
    Matcher(schools).screen("大工表白墙")
    print(f"load and first doubtful name: {time.process_time() - started:.2f} s of processor time")
    rows, accounts = labelled(args.shared), table(args.shared / "names/real_accounts.tsv")
    print(f"\n== labelled.tsv, {len(rows)} names, 10 schools")
    print_quality(rows, accounts, schools)
    print_categories(rows, ours(schools))
    bare = ours(labelled_schools(args.shared, hints=False))
    print("matcher without any hints:", figures(*counts(rows, [bare(r.name) for r in rows], 0.5)))
    if args.errors:
        print_errors(rows, ours(schools))
    drawn = drawn_schools(args.seed, 60, {s.name for s in schools})
    attacks, others = synthetic(drawn, args.seed)
    print(
        f"\n== synthetic, 60 schools drawn with seed {args.seed}: {len(attacks)} attacks, {len(others)} disguised others"
    )
    predict = ours(drawn)
    print_categories([*attacks, *others], predict)
    if args.errors:
        print_errors([*attacks, *others], predict)
    print_speed(args.shared, schools)


def print_errors(rows: Sequence[Row], predict: Predict) -> None:
    """Every wrong answer."""
    for r in rows:
        score, school = predict(r.name)
        if ((score > 0 and school) or None) != r.school:
            print("   ", "missed" if r.school and not score else "wrong", r.category, r.name, r.school, school)


def print_speed(shared: Path, schools: Sequence[ProtectedSchool]) -> None:
    """Names a second over general.tsv, beside partial_ratio, and with 100 more schools."""
    names = [r["name"] for r in table(shared / "names/general.tsv")]
    few, many = Matcher(schools), Matcher([*schools, *drawn_schools(1, 100, {s.name for s in schools})])
    first, more, other = rates(names, few.screen, many.screen, partial(schools))
    print(f"\n== speed over {len(names)} general names, one core")
    print(
        f"  10 schools {first:,.0f}/s   partial_ratio {other:,.0f}/s ({first / other:.1f}×)   110 schools {more:,.0f}/s ({first / more:.2f}×)"
    )
    print(f"  flagged in general.tsv: {[n for n in names if few.screen(n).flagged]}")


if __name__ == "__main__":
    main()
