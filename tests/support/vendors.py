"""Local servers in the place of 企业微信, 钉钉, 飞书 and a school's own system: they check signatures and answer as documented."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

HOUR = 3600
WECOM_KEY, DING_TOKEN, DING_SECRET = "693a91f6-7Xaa-4bc4-97a0-0ec2sifa5aaa", "Tk" * 32, "SEC" + "9f" * 32
FEISHU_TOKEN, FEISHU_SECRET, HOOK_SECRET = "aa37F-token", "fs-Secret1", "hook-Secret1"
APP_SECRET, APP_TOKEN = "app-Secret1", "app-token-1"


@dataclass
class Vendors:
    """All of them behind one port. ``faults`` are used up one a request to send: rate, error, content, slow, drip, cut
    (no answer), cut_mid (half an answer), html, http500, http429; "" answers as usual. ``taken`` is what was accepted."""

    port: int = 0
    faults: list[str] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0
    requests: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def base(self) -> str:
        """Where a channel is told to find it."""
        return f"http://127.0.0.1:{self.port}"

    def url(self, scheme: str, more: str = "") -> str:
        """The URL of a channel of each kind."""
        return {
            "wecom": f"wecom://{WECOM_KEY}?base={self.base}",
            "dingtalk": f"dingtalk://{DING_TOKEN}?secret={DING_SECRET}&base={self.base}",
            "feishu": f"feishu://{FEISHU_TOKEN}?secret={FEISHU_SECRET}&base={self.base}",
            "wecom-app": f"wecom-app://ww1?agent=1000002&secret={APP_SECRET}&to=zhangsan&base={self.base}",
            "http+webhook": f"http+webhook://127.0.0.1:{self.port}/hook?secret={HOOK_SECRET}",
        }[scheme] + more

    def fault(self) -> str:
        """What goes wrong with this request."""
        with self.lock:
            return self.faults.pop(0) if self.faults else ""

    def take(self, path: str, body: bytes, fault: str = "") -> None:
        """Accept a message; ``fault``: what becomes of the answer."""
        with self.lock:
            self.taken.append({"path": path, "body": json.loads(body), "size": len(body), "fault": fault})


SCHEMES = ("wecom", "dingtalk", "feishu", "wecom-app", "http+webhook")
OK = {
    "wecom": {"errcode": 0, "errmsg": "ok"},
    "dingtalk": {"errcode": 0, "errmsg": "ok"},
    "feishu": {"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"},
    "wecom-app": {"errcode": 0, "errmsg": "ok", "msgid": "m1"},
    "http+webhook": {"ok": True},
}
RATE = {
    "wecom": {"errcode": 45009, "errmsg": "api freq out of limit"},
    "dingtalk": {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"},
    "feishu": {"code": 11232, "msg": "frequency limited psm[lark.oapi.app_platform_runtime]appID[1]"},
    "wecom-app": {"errcode": 45009, "errmsg": "api freq out of limit"},
}
ERROR = {
    "wecom": {"errcode": 93000, "errmsg": f"invalid webhook url, hint: key {WECOM_KEY}"},
    "dingtalk": {"errcode": 300001, "errmsg": "token is not exist"},
    "feishu": {"code": 19001, "msg": "param invalid: incoming webhook access token invalid"},
    "wecom-app": {"errcode": 60020, "errmsg": "not allow to access from your ip"},
}
CONTENT = {
    "wecom": {"errcode": 40058, "errmsg": "markdown.content exceed max length 4096"},
    "dingtalk": {"errcode": 430102, "errmsg": "message content is not allowed"},
    "feishu": {"code": 9499, "msg": "Bad Request", "data": {}},
    "wecom-app": {"errcode": 0, "errmsg": "ok", "invaliduser": "zhangsan"},
}


def _scheme(path: str) -> str:
    return {
        "/robot/send": "dingtalk",
        "/cgi-bin/webhook/send": "wecom",
        "/cgi-bin/message/send": "wecom-app",
        "/hook": "http+webhook",
    }.get(path, "feishu")


def refusal(
    scheme: str, query: dict[str, str], body: dict[str, Any], raw: bytes, headers: Any
) -> dict[str, Any] | None:
    """What is wrong with the key or the signature, as the vendor says it."""
    now = time.time()
    if scheme == "wecom" and query.get("key") != WECOM_KEY:
        return {"errcode": 93000, "errmsg": "invalid webhook url"}
    if scheme == "wecom-app" and query.get("access_token") != APP_TOKEN:
        return {"errcode": 40014, "errmsg": "invalid access_token"}
    if scheme == "dingtalk":
        stamp = query.get("timestamp", "0")
        if abs(now * 1000 - int(stamp)) > HOUR * 1000:
            return {"errcode": 310000, "errmsg": "invalid timestamp"}
        right = hmac.new(DING_SECRET.encode(), f"{stamp}\n{DING_SECRET}".encode(), hashlib.sha256).digest()
        if query.get("sign") != base64.b64encode(right).decode():
            return {"errcode": 310000, "errmsg": "sign not match"}
    if scheme == "feishu":
        stamp = str(body.get("timestamp", "0"))
        right = hmac.new(f"{stamp}\n{FEISHU_SECRET}".encode(), b"", hashlib.sha256).digest()
        if abs(now - int(stamp)) > HOUR or body.get("sign") != base64.b64encode(right).decode():
            return {"code": 19021, "msg": "sign match fail or timestamp is not within one hour from current time"}
    if scheme == "http+webhook":
        stamp = headers.get("webhook-timestamp", "0")
        signed = b".".join((headers.get("webhook-id", "").encode(), stamp.encode(), raw))
        right = hmac.new(HOOK_SECRET.encode(), signed, hashlib.sha256).digest()
        if abs(now - int(stamp)) > 300 or headers.get("webhook-signature") != f"v1,{base64.b64encode(right).decode()}":
            return {"status": 401}
    return None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    vendors: Vendors

    def log_message(self, format: str, *args: Any) -> None:
        """Silence."""

    def do_GET(self) -> None:
        self.vendors.requests.append(self.path)
        if self.path.startswith("/cgi-bin/gettoken"):
            right = f"corpsecret={APP_SECRET}" in self.path
            ok = {"errcode": 0, "errmsg": "ok", "access_token": APP_TOKEN, "expires_in": 7200}
            self._say(ok if right else {"errcode": 40001, "errmsg": "invalid credential"})
        else:
            self._say({}, 404)

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["content-length"]))
        parts = urlsplit(self.path)
        self.vendors.requests.append(self.path)
        scheme, fault = _scheme(parts.path), self.vendors.fault()
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        wrong = refusal(scheme, query, json.loads(raw), raw, self.headers)
        if wrong:
            self._say(wrong, wrong.get("status", 400 if scheme == "feishu" else 200))
        elif not self._failed(scheme, fault):
            self.vendors.take(self.path, raw, fault)
            self._after(scheme, fault)

    def _failed(self, scheme: str, fault: str) -> bool:
        """Faults before anything is taken."""
        if fault == "rate" or fault == "http429":
            self._say(RATE.get(scheme, {}), 429 if fault == "http429" or scheme not in RATE else 200)
        elif fault == "error":
            self._say(ERROR.get(scheme, {}), 200 if scheme in ERROR else 403)
        elif fault == "content":
            self._say(CONTENT.get(scheme, {}), 200 if scheme in CONTENT else 422)
        elif fault == "http500":
            self._raw("500 Internal Server Error", b"oops")
        else:
            return False
        return True

    def _after(self, scheme: str, fault: str) -> None:
        """Faults of the answer, when the message was taken."""
        answer = json.dumps(OK[scheme]).encode()
        if fault == "slow":
            time.sleep(self.vendors.seconds)
        if fault == "drip":
            self._raw("200 OK", b"", len(answer))
            for letter in answer:
                time.sleep(self.vendors.seconds / 4)
                try:
                    self.wfile.write(bytes([letter]))
                except OSError:
                    return
        elif fault == "cut":
            self.close_connection = True
        elif fault == "cut_mid":
            self._raw("200 OK", answer[:7], len(answer))
            self.close_connection = True
        elif fault == "html":
            self._raw("200 OK", b"<html>login</html>")
        else:
            self._raw("200 OK", answer)

    def _say(self, answer: dict[str, Any], status: int = 200) -> None:
        self._raw(f"{status} X", json.dumps(answer).encode())

    def _raw(self, status: str, body: bytes, length: int | None = None) -> None:
        head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body) if length is None else length}\r\n\r\n"
        try:
            self.wfile.write(head.encode() + body)
        except OSError:
            self.close_connection = True


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is part of the tests."""


@contextmanager
def vendors(faults: Sequence[str] = (), seconds: float = 0.0) -> Iterator[Vendors]:
    """All of them, serving."""
    state = Vendors(faults=list(faults), seconds=seconds)
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"vendors": state}))
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
