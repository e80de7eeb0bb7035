"""Personal data is masked however it is spelled; addresses, dates and account keys stay readable."""

from __future__ import annotations

import pytest

from alerts.sanitize import mask_personal_data


@pytest.mark.parametrize(
    "number",
    [
        "13800138005", "１３８００１３８００５", "１３８００１３８０05", "138 0013 8005", "138-0013-8005", "138　0013　8005", "138－0013－8005",
        "138 001 38005", "1380 013 8005", "1 3 8 0 0 1 3 8 0 0 5", "+86 138 0013 8005", "+8613800138005", "８６－13800138005",
        "138\u200b0013\u200b8005", "138.0013.8005", "010-68912345", "(010)68912345", "（０１０）６８９１２３４５", "0411 84708320",
        "410102199001011234", "４１０１０２１９９００１０１１２３Ｘ", "410102 19900101 1234",
        "wang.mou@qq.com", "ｗａｎｇ＠ｑｑ．ｃｏｍ",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "around",
    ["{}", "联系电话：{}。", "电话:{}", "李四/{}", "李四-{}", "①{}", "QQ群（{}）", "于2026年11月28日拨打{}，未接"],
)
def test_personal_data_is_masked(number: str, around: str) -> None:
    masked = mask_personal_data(around.format(number))
    assert "***" in masked
    assert number not in masked
    assert masked.startswith(around.partition("{}")[0])
    assert masked.endswith(around.partition("{}")[2])


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-28 14:25 至 2026-12-28 08:00", "校媒巡整〔2026〕16号", "https://weibo.com/u/13800138005", "weibo:13800138005",
        "https://x.edu.cn/?id=13800138005", "共 1 3 5 7 9 五项", "2026.11.28", "阅读 13800 次，转发 138 次", "20261128142355",
        "账号 gh_0123456789ab", "135、136、137",
    ],
)  # fmt: skip
def test_what_is_no_personal_data_stays(text: str) -> None:
    assert mask_personal_data(text) == text


def test_several_in_one_sentence() -> None:
    said = mask_personal_data("张三 138 0013 8005、１３９００１３９００６，邮箱a@b.cn，网址https://x.cn/13800138005")
    assert said == "张三 13***5、１３***６，邮箱a@***n，网址https://x.cn/13800138005"
