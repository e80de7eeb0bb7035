"""`python -m bench.drafts_pinned`: writes the readings that `tests/rules/policies/draft/test_pinned_drafts.py` holds.

The sentences are those of the tests and of the regulations beside the project, each with every clause that is read in it; then the whole drafts of
those regulations. Whoever changes a reading on purpose writes them anew and reads the difference.
"""

from __future__ import annotations

import ast
import json
from pathlib import Path

from rules.policies.draft.assemble import READERS
from rules.policies.draft.text import Sentence, read_regulation
from tests.support.drafts import ARTICLE, REGULATIONS, clause_row, draft_row

ROOT = Path(__file__).parent.parent
TESTS = ROOT / "tests" / "rules" / "policies" / "draft"


def main() -> None:
    """Write both files."""
    texts = [file.read_text("utf-8") for file in sorted(REGULATIONS.glob("*.txt"))]
    readers = ast.walk(ast.parse((TESTS / "test_readers.py").read_text("utf-8")))
    written = [
        n.value for n in readers if isinstance(n, ast.Constant) and isinstance(n.value, str) and len(n.value) > 9
    ]
    stated = [sentence.text for text in texts for sentence in read_regulation(text).sentences]
    rows = []
    for sentence in dict.fromkeys([*written, *stated]):
        found = [clause_row(clause) for read in READERS if (clause := read(Sentence(ARTICLE, sentence)))]
        if found:
            rows.append(json.dumps({"sentence": sentence, "clauses": found}, ensure_ascii=False))
    (TESTS / "pinned_sentences.jsonl").write_text("".join(f"{row}\n" for row in rows), "utf-8")
    drafts = [json.dumps(draft_row(file), ensure_ascii=False) for file in sorted(REGULATIONS.glob("*.txt"))]
    (TESTS / "pinned_drafts.jsonl").write_text("".join(f"{row}\n" for row in drafts), "utf-8")
    print(f"{len(rows)} sentences, {len(drafts)} drafts")


if __name__ == "__main__":
    main()
