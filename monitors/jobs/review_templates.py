"""A school's own Word forms for the annual review: where they stand, whether they can be used, the ones to start from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from alerts.documents.docx_form import InvalidForm
from alerts.review.forms import FORMS, ReviewForms, review_forms
from monitors.errors import InvalidInput
from monitors.settings import Settings


def form_folders(settings: Settings) -> list[Path]:
    """Where a form is looked for: the folder of the setting `templates`, then `templates/` of the data folder."""
    return [folder for folder in (settings.templates, settings.data / "templates") if folder]


def forms_of(settings: Settings) -> ReviewForms:
    """The forms to fill in. Raises InvalidInput, that names the file and the place that is wrong in it."""
    try:
        return review_forms(form_folders(settings))
    except InvalidForm as error:
        raise InvalidInput(str(error)) from error


def doctor_rows(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """For `xunjian doctor`: own forms that are used, or what is wrong with one."""
    own = [folder / name for folder in form_folders(settings) for name in FORMS if (folder / name).is_file()]
    try:
        review_forms(form_folders(settings))
    except InvalidForm as error:
        yield "年审模板", "fail", str(error)
    else:
        if own:
            yield "年审模板", "ok", f"使用本校的模板：{'、'.join(str(path) for path in own)}"


def write_templates(out: Path) -> list[Path]:
    """The forms to start from, into a folder; a file that is there is not overwritten. Raises InvalidInput."""
    written = [out / name for name in FORMS]
    if there := [path for path in written if path.exists()]:
        raise InvalidInput(f"{there[0]} 已经存在，没有覆盖。请换一个文件夹。")
    try:
        out.mkdir(parents=True, exist_ok=True)
        for path in written:
            path.write_bytes(FORMS[path.name][0]())
    except OSError as error:
        raise InvalidInput(f"不能写入 {out}（{error.strerror}），请检查磁盘空间和权限。") from error
    return written
