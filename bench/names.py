"""Measures the name matcher against the shared names: `python -m bench.names [--shared ../shared] [--seed 7]`.

Prints precision and recall beside three baselines in the same run, recall by category, leave-one-school-out figures,
imitations of schools drawn at random from the institution table, disguises that share no table with it, false flags on real account names, speed.
"""

import argparse
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bench.names_attacks import Attacks, disguised_others, everyday, imitations
from bench.names_disguises import borders, disguises
from bench.names_peers import Predict, ours, partial, segmented, substring
from bench.names_scores import best_cut, by_category, counts, figures, left_out, rates
from bench.names_sets import Row, drawn_schools, labelled, labelled_schools, table
from rules.names import Matcher, ProtectedSchool


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


def print_categories(rows: Sequence[Row], predict: Predict, errors: bool) -> None:
    """The share of right answers by category, and with `errors` every wrong one."""
    answers = [predict(r.name) for r in rows]
    for (category, positive), (right, all_) in by_category(rows, answers).items():
        print(f"  {'recall ' if positive else 'cleared'} {category:42} {right / all_:.3f}  of {all_}")
    for r, (score, school) in zip(rows, answers, strict=True):
        if errors and ((score > 0 and school) or None) != r.school:
            print("   ", "missed" if r.school and not score else "wrong", r.category, r.name, r.school, school)


def print_unseen(schools: Sequence[ProtectedSchool], seed: int, errors: bool) -> None:
    """Schools drawn from the institution table: imitations of every category, and names that must not be flagged."""
    attacks = Attacks(seed)
    uses = [row for school in schools for row in imitations(school, attacks)]
    others = [*disguised_others(schools, attacks), *everyday(schools, attacks)]
    predict = ours(schools)
    caught = sum(predict(row.name)[0] > 0 for row in uses)
    print(f"\n== {len(schools)} schools drawn with seed {seed}: {len(uses)} imitations, {len(others)} others")
    print(f"  flagged {caught / len(uses):.3f}")
    print_categories([*uses, *others], predict, errors)


def print_disguises(title: str, schools: Sequence[ProtectedSchool], seed: int, errors: bool) -> None:
    """Disguises that share no table with the matcher: flagged, flagged or for a person, by kind; borders flagged."""
    matcher, names = Matcher(schools), {s.code: s.name for s in schools}
    count = Counter[tuple[str, str]]()
    for row in (row for school in schools for row in disguises(school, seed)):
        match = matcher.screen(row.name)
        verdict = match.verdict.value if names.get(match.school or "") == row.school else "missed"
        count[row.category, verdict] += 1
        if errors and verdict != "flag":
            print("   ", verdict, row.category, row.name, row.school)
    print(f"\n== {title}, seed {seed}: disguises written down apart from the matcher")
    for kind in sorted({kind for kind, _ in count}):
        flags, reviews = count[kind, "flag"], count[kind, "review"]
        every = sum(n for (k, _), n in count.items() if k == kind)
        print(f"  {kind:10} flagged {flags / every:.3f}  or for a person {(flags + reviews) / every:.3f}  of {every}")
    words = list(borders(schools))
    print(
        f"  words in which a name only begins: {sum(matcher.screen(r.name).flagged for r in words)} of {len(words)} flagged"
    )


def print_repeated(schools: Sequence[ProtectedSchool]) -> None:
    """What a term costs, 100 and 10,000 times repeated in one line: the same, since the length is bounded."""
    matcher = Matcher(schools)
    print("\n== one line, milliseconds of processor time: the term 100 times, 10,000 times")
    for term in ("ＢＩＴ", "bit", "北理工", "beiligong", "Nanjing Univeristy ", "|)UT校", "南京大大学"):
        spent = []
        for times in (100, 100, 10_000):
            start = time.process_time()
            matcher.screen(term * times)
            spent.append(1000 * (time.process_time() - start))
        print(f"  {term:20} {spent[1]:6.1f} {spent[2]:6.1f}")


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
    print_categories(rows, ours(schools), args.errors)
    bare = ours(labelled_schools(args.shared, hints=False))
    print("matcher without any hints:", figures(*counts(rows, [bare(r.name) for r in rows], 0.5)))
    drawn = drawn_schools(args.seed, 60, {s.name for s in schools})
    print_unseen(drawn, args.seed, args.errors)
    print_disguises("10 labelled schools", schools, args.seed, args.errors)
    print_disguises("60 drawn schools", drawn, args.seed, args.errors)
    print_repeated(schools)
    print_speed(args.shared, schools)


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
