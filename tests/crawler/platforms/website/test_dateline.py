"""The line under an article's title: which of several dates it is, and which look like it and are not."""

import pytest

from tests.support.website_shapes import article, day

DAY = "2026-11-16"
FIRST = "<p>各学院：请按时完成有关工作，逾期不予受理。</p>"


@pytest.mark.parametrize(
    ("line", "body", "expected"),
    [
        ("发布时间：2026-11-16", FIRST, DAY),
        ("2026-11-16", FIRST, DAY),
        ("来源：教务处 2026-11-16 浏览：12", FIRST, DAY),
        ("更新时间：2026-11-16", FIRST, DAY),  # nothing else is written
        ("更新时间：2026-11-18 发布时间：2026-11-16", FIRST, DAY),  # what it was published, not when it was touched
        ("2026-11-16</div><div>更新时间：2026-11-18", FIRST, DAY),
        ("浏览次数：2026 发布日期：2026/11/16", FIRST, DAY),
        ("2026年11月18日 星期三</div><div>发布时间：2026-11-16", FIRST, DAY),  # today, as the head of a site shows it
        ("时间：2026-11-18 地点：报告厅</div><div>发布时间：2026-11-16", FIRST, DAY),  # when it takes place
        ("时间：2026-11-16", FIRST, DAY),
        ("发布时间：</div><div>来源：教务处", "<p>2026-11-16 起选课。</p>", ""),  # a script would fill it in
        ("发布时间：</div><div>来源：教务处</div><div>2026-11-16", FIRST, ""),
        ("发布时间：</div><div>2026-11-16", FIRST, DAY),  # it stands in the next element
        ("来源：教务处", "<p>学校将于2026-11-16举行运动会，请各单位做好准备。</p>", ""),
        ("<h1>2026年11月19日活动报道</h1></div><div>来源：教务处", FIRST, ""),  # a title that has a day in it
        ('<a href="/n.htm">2026年11月19日活动报道</a></div><div>2026-11-16', FIRST, DAY),
        ("<h1>2026-11-16</h1></div><div>来源：教务处", FIRST, DAY),
        ("3小时前", FIRST, "2026-11-21"),
        ("更新于 3小时前", FIRST, ""),
        ('<a href="/x">3小时前</a>', FIRST, ""),  # another's
        ("发布时间：2026年11月", FIRST, "2026-11-01"),
    ],
)
def test_the_date_of_an_article(line: str, body: str, expected: str) -> None:
    assert day(article(line, body=body)) == expected


OTHERS = "".join(f'<li><a href="{n}.htm">其他通知{n}</a><span>2026-10-1{n}</span></li>' for n in range(4))


@pytest.mark.parametrize(
    ("below", "expected"),
    [
        (f"<div>短。</div><ul>{OTHERS}</ul>", DAY),  # the article's own date, then its words, then a list
        (f"<div>摘要</div>{'<div>2026-10-10</div>' * 4}", DAY),
        (f"<ul>{OTHERS}</ul>", ""),  # the first of a list
        (f'<div><a href="/x">其他</a></div>{"<div>2026-10-10</div>" * 4}', ""),
    ],
)
def test_among_several_lone_dates_the_one_right_below_the_title(below: str, expected: str) -> None:
    assert day(article(f"2026-11-16</div>{below}<div>", body="")) == expected
