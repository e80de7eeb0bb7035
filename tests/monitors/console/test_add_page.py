"""A page that joins the console opens to nobody by mistake."""

import pytest

from monitors.console import pages, rendering
from monitors.console.access import ACCESS, OPEN, SIGNED_IN, allowed
from monitors.console.pages import add_page


@pytest.fixture(autouse=True)
def own_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies, so that nothing stays behind."""
    for name, table in (
        ("ACCESS", dict(ACCESS)),
        ("FLASH_MESSAGES", dict(rendering.FLASH_MESSAGES)),
        ("NAV", list(rendering.NAV)),
    ):
        monkeypatch.setattr(pages, name, table)


def test_what_a_page_adds() -> None:
    add_page(access={("GET", "/x"): SIGNED_IN}, nav=("/x", "页"), messages={"x_done": "已保存。"})
    assert pages.ACCESS["GET", "/x"] is SIGNED_IN
    assert pages.NAV[-1] == ("/x", "页")
    assert pages.FLASH_MESSAGES["x_done"] == "已保存。"
    assert not allowed("GET", "/x", None)


def test_no_page_opens_itself_or_changes_another() -> None:
    with pytest.raises(ValueError, match="/x"):
        add_page(access={("GET", "/x"): OPEN})
    with pytest.raises(ValueError, match="/audit"):
        add_page(access={("GET", "/audit"): SIGNED_IN})
    with pytest.raises(ValueError, match="approved"):
        add_page(access={}, messages={"approved": "别的话"})
    assert pages.ACCESS == ACCESS
