"""What is logged holds no phone number and no mail address."""

from __future__ import annotations

import structlog
from structlog.testing import LogCapture

from monitors.log_masking import mask_logs, mask_personal


def test_every_text_is_masked() -> None:
    entry = {"event": "x", "to": "a.b@example.edu.cn", "notes": ["电话 13800138000"], "n": 3, "of": {"zhang@x.cn": 1}}
    found = str(mask_personal(None, "info", entry))
    for secret in ("a.b@example", "13800138000", "zhang@x.cn"):
        assert secret not in found
    assert "'n': 3" in found


def test_it_stands_before_the_writer_once() -> None:
    kept, last = structlog.get_config(), LogCapture()
    try:
        structlog.configure(processors=[last])
        mask_logs()
        mask_logs()
        assert structlog.get_config()["processors"] == [mask_personal, last]
        structlog.get_logger().info("sent", to="zhangsan@example.edu.cn")
        assert "zhangsan@" not in str(last.entries)
    finally:
        structlog.configure(**kept)
