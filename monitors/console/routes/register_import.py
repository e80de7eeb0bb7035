"""导入台账: a file is uploaded, its headings are understood, its bad rows corrected, its changes looked at, and then carried out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, HTTPException, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from monitors.console.access import person, require_role
from monitors.console.register_forms import editor_schools, typed_form, workbook
from monitors.console.rendering import redirect_after, register_schools, render, world_of
from monitors.jobs.register_import import consequences
from monitors.jobs.register_upload import NotReady, UploadReading, carry_out, choose_columns, correct_rows, read_upload
from storage.read_choices import CellEdit, SkippedRow
from storage.register import LABELS, ImportProblem, grouped, marked, write_list
from storage.register.columns import COLUMNS
from storage.register.headings import ID_OR_URL, IGNORED, KEEP, LEAVE_OUT, normal
from storage.register.sheets import MAX_FILE
from storage.register_uploads import RegisterUpload

router = APIRouter()
BAD_ROWS, CHANGES, NAMED, CELL = 25, 60, 30, 2000
MEANINGS = (
    (KEEP, "学校自有的列，原样保留"),
    (LEAVE_OUT, "不导入这一列"),
    (ID_OR_URL, "账号ID或网址（看内容而定）"),
    *((column.field, column.heading) for column in COLUMNS),
)
CHANGE_COLUMNS = ("变化", "平台", "账号名称", "主办单位", "栏目", "原来", "以后")


@router.get("/register/import")
def start(request: Request) -> HTMLResponse:
    """Where a file is chosen."""
    return _start(request)


def _start(request: Request, *, error: str = "", status: int = 200) -> HTMLResponse:
    schools = editor_schools(world_of(request), person(request))
    return render(request, "register_import.html", "导入台账", error=error, status=status, schools=schools)


@router.post("/register/import")
def upload(
    request: Request,
    file: Annotated[UploadFile | None, File()] = None,
    school: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    """Keep the file and look at it."""
    context = world_of(request)
    if school not in register_schools(context):
        return _start(request, error="请选择学校。", status=422)
    user = require_role(request, school)
    data = file.file.read(MAX_FILE + 1) if file else b""
    if not data or len(data) > MAX_FILE:
        return _start(request, error=_unusable(file, data), status=422)
    name = (file.filename if file else "") or "台账"
    number = context.store.register_uploads.add(school, user.name, name, data, context.clock())
    return RedirectResponse(f"/register/import/{number}", 303)


def _unusable(file: UploadFile | None, data: bytes) -> str:
    if data:
        return f"文件过大，最多 {MAX_FILE // 2**20} MB。请删去图片和无关工作表后重新上传。"
    if file and file.filename:
        return f"“{file.filename[:80]}”是空文件，没有内容。请检查是否选错了文件，或在 Excel 中重新保存后再上传。"
    return "请选择一份 Excel 或 CSV 文件。"


def _mine(request: Request, number: str) -> RegisterUpload:
    context = world_of(request)
    found = context.store.register_uploads.get(number, person(request).name, context.clock())
    if found is None:
        raise HTTPException(404, "没有这份待导入的文件：可能已经导入、放弃，或超过三天自动删除了。请重新上传。")
    require_role(request, found.school)
    return found


@router.get("/register/import/{upload}")
def look(request: Request, upload: str, replace: bool = False) -> HTMLResponse:
    """The file's headings, what is wrong with it, what it would change."""
    return _page(request, _mine(request, upload), retire_missing=replace)


def _page(
    request: Request,
    upload: RegisterUpload,
    *,
    retire_missing: bool = False,
    reason: str = "",
    error: str = "",
    status: int = 200,
) -> HTMLResponse:
    context = world_of(request)
    found = read_upload(context, upload, retire_missing=retire_missing)
    reading, planned = found.reading, found.planned
    headings = [column for sheet in found.columns for column in sheet.columns if not column.again]
    strange = [heading for heading in reading.unknown_columns if normal(heading) not in IGNORED]
    unsure = any(not sheet.known for sheet in found.columns) or bool(strange)
    rows = _bad_rows(reading.problems)
    return render(
        request,
        "register_upload.html",
        "导入台账",
        school=upload.school,
        error=error,
        status=status,
        upload=upload,
        school_name=register_schools(context).get(upload.school, ""),
        sheets=found.columns,
        headings=headings,
        unsure=unsure,
        strange=strange,
        meanings=MEANINGS,
        labels=LABELS,
        reading=reading,
        bad=rows[:BAD_ROWS],
        bad_count=len(rows),
        whole=grouped([problem for problem in reading.problems if not problem.row]),
        dropped=grouped(reading.dropped),
        doubts=grouped(reading.doubts),
        planned=planned,
        changed=planned.changed[:CHANGES] if planned else [],
        added=planned.added[:CHANGES] if planned else [],
        missing=planned.missing[:NAMED] if planned else [],
        emptied=planned.emptied if planned else (),
        shown=found.shown,
        retire_missing=retire_missing,
        reason=reason,
        follows=consequences(context, upload.school, planned.after, context.clock()) if planned else None,
    )


def _bad_rows(problems: Sequence[ImportProblem]) -> list[tuple[str, int, list[ImportProblem]]]:
    """(sheet, row, what is wrong), each cell once, in the order of the file."""
    rows: dict[tuple[str, int], dict[str, ImportProblem]] = {}
    for problem in problems:
        if problem.row:
            rows.setdefault((problem.sheet, problem.row), {}).setdefault(problem.column, problem)
    return [(sheet, row, list(cells.values())) for (sheet, row), cells in rows.items()]


@router.post("/register/import/{upload}/columns")
def columns(request: Request, upload: str, form: FormData = Depends(typed_form)) -> Response:  # noqa: B008
    """What the headings mean, as chosen."""
    mine = _mine(request, upload)
    said = zip(_texts(form, "heading"), _texts(form, "field"), strict=False)
    choose_columns(world_of(request), mine, dict(said))
    return redirect_after(f"/register/import/{upload}", "columns_chosen")


@router.post("/register/import/{upload}/rows")
def rows(request: Request, upload: str, form: FormData = Depends(typed_form)) -> Response:  # noqa: B008
    """Cells as they should read, rows that are left out."""
    mine = _mine(request, upload)
    cells = zip(*(_texts(form, name) for name in ("sheet", "row", "column", "text")), strict=False)
    edits = [CellEdit(sheet, int(row), column, text) for sheet, row, column, text in cells if row.isdecimal()]
    left = [each.rpartition("#") for each in _texts(form, "skip")]
    skipped = [SkippedRow(sheet, int(row)) for sheet, _, row in left if row.isdecimal()]
    correct_rows(world_of(request), mine, edits, skipped)
    return redirect_after(f"/register/import/{upload}")


@router.get("/register/import/{upload}/marked")
def marked_file(request: Request, upload: str) -> Response:
    """The file with its bad cells marked."""
    mine = _mine(request, upload)
    found = read_upload(world_of(request), mine)
    if not found.columns:
        raise HTTPException(422, "这份文件不是可以读取的表格，无法标注。")
    data = marked(mine.content, mine.filename, mine.choices, found.reading.problems)
    return workbook(f"{mine.filename.rpartition('.')[0] or mine.filename}（标注）", data)


@router.get("/register/import/{upload}/changes")
def changes_file(request: Request, upload: str, replace: bool = False) -> Response:
    """Every change that the import would make, as a list."""
    mine = _mine(request, upload)
    found = read_upload(world_of(request), mine, retire_missing=replace)
    if found.planned is None:
        raise HTTPException(422, "文件里还有要改正的地方，改好以后才能列出变化。")
    return workbook("导入的变化", write_list(CHANGE_COLUMNS, _change_rows(found), "变化"))


def _change_rows(found: UploadReading) -> list[list[Any]]:
    lines: list[list[Any]] = []
    for change in found.planned.changes if found.planned else ():
        filing = change.new or change.old
        head = [change.kind.label, change.platform, change.title, filing.unit if filing else ""]
        lines += [[*head, each.label, each.before, each.after] for each in change.fields] or [[*head, "", "", ""]]
    return lines


@router.post("/register/import/{upload}/carry-out")
def do(
    request: Request,
    upload: str,
    shown: Annotated[str, Form(max_length=60)] = "",
    replace: Annotated[bool, Form()] = False,
    allow_empty: Annotated[bool, Form()] = False,
    reason: Annotated[str, Form(max_length=300)] = "",
) -> Response:
    """Make the register what the preview says."""
    context, mine = world_of(request), _mine(request, upload)
    try:
        carry_out(
            context,
            mine,
            person(request),
            context.clock(),
            shown=shown,
            retire_missing=replace,
            allow_empty=allow_empty,
            reason=" ".join(reason.split()),
        )
    except NotReady as error:
        return _page(request, mine, retire_missing=replace, reason=reason, error=str(error), status=409)
    return RedirectResponse(f"/accounts?school={mine.school}&done=imported", 303)


@router.post("/register/import/{upload}/cancel")
def cancel(request: Request, upload: str) -> Response:
    """Forget the file."""
    world_of(request).store.register_uploads.delete(_mine(request, upload).id)
    return redirect_after("/register/import", "upload_cancelled")


def _texts(form: FormData, name: str) -> list[str]:
    return [value.strip()[:CELL] for value in form.getlist(name) if isinstance(value, str)]
