"""What a signer reads and answers for: the facts of a paper under their Chinese names, and what of them has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from alerts.notices.notice import Notice

Facts = Mapping[str, str]


def facts_of(notice: Notice) -> dict[str, str]:
    """The statements of a paper, without number, date and signature. A newer look that shows the same changes none."""
    facts = {
        "文种": notice.paper,
        "发文机关": notice.office.name,
        "主送": notice.addressee,
        "抄送": "、".join(notice.cc),
        "责任单位": notice.unit,
        "账号": f"{notice.platform.label}“{notice.account}”",
        "问题": notice.reason,
        "依据": f"{notice.regulation}{notice.clause}",
        "条款原文": notice.sentence,
        "处理": notice.act,
        "要求": notice.demand,
        "期限": notice.within,
        "下一步": notice.next_step,
        "理由": notice.answer,
        "此前文书": "、".join(reference.number for reference in notice.earlier),
        "附言": notice.note,
        "收件邮箱": "、".join(notice.addressee_mailboxes),
        "联系单位": notice.office.contact,
        "联系电话": notice.office.phone,
    }
    told = {label: text for label, text in facts.items() if text}
    return told | {
        f"第{n}个账号的{label}": text
        for n, other in enumerate(notice.others, 2)
        for label, text in facts_of(other).items()
    }


def changed(before: Facts, now: Facts) -> tuple[str, ...]:
    """Each statement that is another now, as a Chinese sentence."""
    labels = dict.fromkeys((*before, *now))
    return tuple(
        f"{label}由“{before.get(label) or '（空）'}”变为“{now.get(label) or '（空）'}”"
        for label in labels
        if before.get(label, "") != now.get(label, "")
    )


def fingerprint(facts: Facts) -> str:
    """Sixteen hex digits that stand for these facts in the history of a case."""
    return hashlib.sha256(json.dumps(dict(facts), ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]
