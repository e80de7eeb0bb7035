"""A page that joins the console opens to nobody by mistake."""

from dataclasses import dataclass, field

import pytest

from monitors.console import rendering
from monitors.console.access import ACCESS, OPEN, SIGNED_IN, Roles, allowed
from monitors.console.pages import add_page


@dataclass
class Tables:
    """Copies of what `add_page` changes."""

    access: dict[tuple[str, str], Roles] = field(default_factory=lambda: dict(ACCESS))
    messages: dict[str, str] = field(default_factory=lambda: dict(rendering.FLASH_MESSAGES))
    nav: list[tuple[str, str]] = field(default_factory=lambda: list(rendering.NAV))


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> Tables:
    """Copies, so that nothing stays behind."""
    own = Tables()
    for name, table in (("ACCESS", own.access), ("FLASH_MESSAGES", own.messages), ("NAV", own.nav)):
        monkeypatch.setattr(f"monitors.console.pages.{name}", table)
    return own


def test_what_a_page_adds(tables: Tables) -> None:
    add_page(access={("GET", "/x"): SIGNED_IN}, nav=("/x", "页"), messages={"x_done": "已保存。"})
    assert tables.access["GET", "/x"] is SIGNED_IN
    assert tables.nav[-1] == ("/x", "页")
    assert tables.messages["x_done"] == "已保存。"
    assert not allowed("GET", "/x", None)


def test_no_page_opens_itself_or_changes_another(tables: Tables) -> None:
    with pytest.raises(ValueError, match="/x"):
        add_page(access={("GET", "/x"): OPEN})
    with pytest.raises(ValueError, match="/audit"):
        add_page(access={("GET", "/audit"): SIGNED_IN})
    with pytest.raises(ValueError, match="appealed"):
        add_page(access={}, messages={"appealed": "别的话"})
    assert tables.access == ACCESS
