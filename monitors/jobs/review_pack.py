"""`xunjian review build`: a school's year as a folder of tables, forms and evidence that stands without us."""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp

from alerts.review import verify_pack
from alerts.review.form_layout import method_statement
from alerts.review.forms import ReviewForms, account_form, unit_sheet
from alerts.review.model import ReviewPack, ReviewRow, file_name
from alerts.review.workbook import workbook
from monitors.app_context import AppContext
from monitors.errors import InvalidInput
from monitors.jobs.review_templates import forms_of
from monitors.jobs.review_year import ReviewYear, read_review
from storage.evidence import EvidenceArchive
from storage.evidence.wacz import CopiedRecord, write_wacz

INDEX, MANIFEST = verify_pack.INDEX, verify_pack.MANIFEST
HEADINGS = ("账号", "单位", "平台", "存证编号", "地址", "时间", "存证包", "位置", "长度", "校验值")
Progress = Callable[[str, int, int], None]
"""Told what is being made, how many are done, and of how many."""


@dataclass(frozen=True, slots=True)
class ReviewReport:
    """What a finished pack holds. ``missing``: pages whose evidence could not be read."""

    folder: Path
    accounts: int
    units: int
    pages: int
    missing: int
    unobserved: int


def build_review(
    context: AppContext, school: str, year: int, out: Path, now: datetime, progress: Progress | None = None
) -> ReviewReport:
    """Build the pack in ``out``, which must not exist or be empty; it appears whole or not at all.

    The same database and evidence give the same bytes. Raises InvalidInput, EvidenceError.
    """
    if year > now.year or year < 1990:
        raise InvalidInput(f"{year}年还没有开始或不在范围内，请写已有观察的年份，如 --year {now.year}。")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InvalidInput(f"{out} 已存在且不是空文件夹，请换一个文件夹名，以免覆盖已有材料。")
    forms = forms_of(context.settings)
    found = read_review(context, school, year, now)
    if not found.pack.rows:
        raise InvalidInput(f"学校 {school} 的台账是空的，没有可以审核的账号。请先导入台账。")
    out.parent.mkdir(parents=True, exist_ok=True)
    working = Path(mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        report = _write(context, found, forms, working, progress or (lambda what, done, all_of: None))
        if out.exists():
            out.rmdir()
        working.chmod(0o700)
        working.rename(out)
    except OSError as error:
        raise InvalidInput(f"不能写入 {out}（{error.strerror}），请检查磁盘空间和权限。") from error
    finally:
        shutil.rmtree(working, ignore_errors=True)
    return replace(report, folder=out)


def _write(
    context: AppContext, found: ReviewYear, forms: ReviewForms, folder: Path, progress: Progress
) -> ReviewReport:
    archive = context.archive()
    rows, index = [], []
    (folder / "存证").mkdir()
    for number, row in enumerate(found.pack.rows, start=1):
        row, records = _evidence(archive, row, found, folder)
        rows.append(row)
        index += [_index_row(row, record) for record in records]
        progress("存证", number, len(found.pack.rows))
    pack = replace(found.pack, rows=tuple(rows))
    for number, row in enumerate(rows, start=1):
        _put(folder / row.form, account_form(pack, row, forms.account))
        progress("审核表", number, len(rows))
    units = _by_unit(pack)
    for unit, own in units.items():
        _put(folder / "自查表" / f"{file_name(unit)}.docx", unit_sheet(pack, unit, own, forms.unit))
    _put(folder / "年审总表.xlsx", workbook(pack))
    _put(folder / "观察方法说明.docx", method_statement(pack))
    _put(folder / INDEX, _csv(index))
    _put(folder / "verify.py", Path(verify_pack.__file__).read_bytes())
    _put(folder / MANIFEST, _manifest(folder))
    return ReviewReport(
        folder=folder,
        accounts=len(rows),
        units=len(units),
        pages=len(index),
        missing=sum(len(row.missing) for row in rows),
        unobserved=sum(row.record.is_unobserved for row in rows),
    )


def _evidence(
    archive: EvidenceArchive, row: ReviewRow, found: ReviewYear, folder: Path
) -> tuple[ReviewRow, list[CopiedRecord]]:
    if not row.evidence:
        return row, []
    wanted = found.evidence[Path(row.evidence).stem]
    title = f"{row.record.filing.name}（{found.pack.year}年度）"
    records, missing = write_wacz(folder / row.evidence, archive, wanted, title=title, created=found.pack.until)
    return replace(row, pages=len(records), missing=tuple(missing)), records


def _index_row(row: ReviewRow, record: CopiedRecord) -> tuple[str, ...]:
    filing = row.record.filing
    at = record.at.strftime("%Y年%m月%d日 %H:%M:%S")
    where = (row.evidence, str(record.offset), str(record.length), record.sha256)
    return (filing.name, filing.unit, filing.platform.label, record.evidence, record.url, at, *where)


def _by_unit(pack: ReviewPack) -> dict[str, list[ReviewRow]]:
    units: dict[str, list[ReviewRow]] = defaultdict(list)
    for row in pack.rows:
        units[row.record.filing.unit or "未登记"].append(row)
    return units


def _csv(rows: Sequence[tuple[str, ...]]) -> bytes:
    """With a mark that tells spreadsheets it is UTF-8; a cell that could begin a formula is quoted."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADINGS)
    writer.writerows(tuple(f"'{cell}" if cell[:1] in "=+-@\t" and cell else cell for cell in row) for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _manifest(folder: Path) -> bytes:
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(_digests(folder))).encode()


def _digests(folder: Path) -> Iterator[tuple[str, str]]:
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                yield path.relative_to(folder).as_posix(), hashlib.file_digest(file, "sha256").hexdigest()


def _put(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
