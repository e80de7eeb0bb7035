"""Writes institutions.tsv from the shared institution table: `python -m rules.names.data.build --shared ../shared`.

Facts only: name, code, province, short names, English names, Latin abbreviations, whether it is a school of today.
"""

import argparse
import csv
from collections.abc import Iterator
from html import unescape
from pathlib import Path

HERE = Path(__file__).parent
COLUMNS = ("name", "code", "province", "kind", "short", "english", "abbreviation", "historic")
HEAD = (
    "# Institutions of higher education. Built by rules/names/data/build.py from universities.csv and abbreviations.csv\n"
    "# (Ministry of Education lists of 2017 and 2026, JetBrains/swot (MIT), Hipo/university-domains-list (MIT), "
    "hand-collected short names), 2026-11.\n"
)


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file with a header."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def kind(status: str) -> str:
    """`current`; `former`: no longer on the list; `campus`: listed by others, often a campus of another entry."""
    return "former" if status.startswith("former") else "campus" if status.startswith("other_list") else "current"


def build(shared: Path) -> Iterator[tuple[str, ...]]:
    """One tuple per institution, in the order of the table."""
    short = {row["school"]: row for row in rows(shared / "names" / "abbreviations.csv")}
    english: set[str] = set()
    for row in rows(shared / "names" / "universities.csv"):
        more = short.get(row["name"], {})
        historic = more.get("historic_names") or ""
        named = unescape(more.get("english_names", "") or "")
        borrowed = not row["code"] and bool(named) and named in english  # a namesake by web address: not its own name
        english.add(named)
        yield (
            row["name"].strip(),
            row["code"],
            row["province"],
            kind(row["status"]),
            more.get("short_names", ""),
            "" if borrowed else named,
            "" if borrowed else more.get("english_abbrevs(*=domain label)", ""),
            historic,
        )


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True)
    shared: Path = parser.parse_args().shared
    body = "".join("\t".join(values) + "\n" for values in build(shared))
    (HERE / "institutions.tsv").write_text(HEAD + "\t".join(COLUMNS) + "\n" + body, encoding="utf-8")


if __name__ == "__main__":
    main()
