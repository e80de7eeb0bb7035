"""A text no page may trust, and the words and tags of a page."""

from __future__ import annotations

from html.parser import HTMLParser

HOSTILE = "<script>alert(1)</script># 标题\n=== 附件\u202e\u200b\u0007{{ 7*7 }}\u0301\u0301\u0301" + "长" * 10_000


class Text(HTMLParser):
    """The words and the tags of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
