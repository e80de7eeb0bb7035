"""A time-stamp authority (RFC 3161) asked, and its tokens checked: who signed, when, and over what."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from monitors.certificate_order import in_order
from rules.model import BEIJING

SECONDS = 30.0
"""An authority answers at once; after so long in all, the next try is two hours away."""
ANSWER_MAX = 256 * 1024
"""Bytes; a token with its certificates has some 6 KB."""
GRANTED = 0


class TimestampError(Exception):
    """No time-stamp that would convince anybody. Raised here; the job fails with it, `evidence verify` tells it.

    The words never hold the authority's address, which may carry a password.
    """


def load_roots(file: Path | None) -> list[Certificate]:
    """The authority's root certificates. Raises TimestampError."""
    if file is None:
        raise TimestampError("没有设置 timestamp_ca（时间戳机构的根证书），不能检查签名")
    try:
        return load_pem_x509_certificates(file.read_bytes())
    except OSError as error:
        raise TimestampError(f"不能读取 timestamp_ca 指定的证书文件 {file}（{error.strerror}）") from error
    except ValueError as error:
        raise TimestampError(f"timestamp_ca 指定的文件 {file} 不是 PEM 格式的证书") from error


async def obtain(url: str, head: str, roots: Sequence[Certificate], seconds: float = SECONDS) -> tuple[bytes, datetime]:
    """Have the 64 characters of a head signed. Returns the whole answer (DER) and the authority's time (Beijing).

    The answer is checked, the random number of the request included. Raises TimestampError.
    """
    builder = TimestampRequestBuilder().data(head.encode("ascii")).hash_algorithm(HashAlgorithm.SHA256)
    request = builder.nonce(nonce=True).cert_request(cert_request=True).build()
    try:
        # httpx bounds single reads; a server that says a byte now and then would hold the job for hours.
        answer = await asyncio.wait_for(_post(url, request.as_bytes(), seconds), seconds)
    except (TimeoutError, httpx.TimeoutException) as error:
        raise TimestampError(f"时间戳机构 {seconds:g} 秒内没有答复，稍后会再试") from error
    except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError) as error:
        raise TimestampError(f"连不上时间戳机构（{type(error).__name__}），请检查网络和设置 timestamp_url") from error
    return answer, check_token(answer, head, roots, nonce=request.nonce)


async def _post(url: str, body: bytes, seconds: float) -> bytes:
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    tls = httpx.create_ssl_context() if urlsplit(url).scheme == "https" else False
    client = httpx.AsyncClient(verify=tls, timeout=seconds, follow_redirects=False)
    async with client, client.stream("POST", url, content=body, headers=headers) as response:
        if response.status_code != httpx.codes.OK:
            raise TimestampError(f"时间戳机构没有受理（HTTP {response.status_code}），请检查设置 timestamp_url")
        answer = bytearray()
        async for piece in response.aiter_bytes():
            answer += piece
            if len(answer) > ANSWER_MAX:
                raise TimestampError("时间戳机构的答复过长，不是时间戳，请检查设置 timestamp_url")
    return bytes(answer)


def check_token(answer: bytes, head: str, roots: Sequence[Certificate], nonce: int | None = None) -> datetime:
    """The time (Beijing) at which the authority signed this head. Raises TimestampError where it did not.

    The certificates have to be valid at that time, not today: a token outlives the certificate that signed it.
    """
    response = _decoded(answer)
    try:
        builder = VerifierBuilder(roots=list(roots), nonce=nonce)
        builder.build().verify_message(response, head.encode("ascii"))
        return response.tst_info.gen_time.astimezone(BEIJING)
    except (VerificationError, ValueError) as error:
        raise TimestampError(f"时间戳不可信：{_reason(str(error))}") from error


def covers(answer: bytes, head: str) -> bool:
    """Whether a token is about this head, whoever signed it. Raises TimestampError where it is no token."""
    return bytes(_decoded(answer).tst_info.message_imprint.message) == sha256(head.encode("ascii")).digest()


def _decoded(answer: bytes) -> TimeStampResponse:
    try:
        response = decode_timestamp_response(in_order(answer))
    except ValueError as error:
        raise TimestampError("时间戳机构的答复不是时间戳，或编码不合规范（DER），请检查设置 timestamp_url") from error
    if response.status != GRANTED:
        raise TimestampError(f"时间戳机构没有签发（答复状态 {response.status}），请联系该机构")
    return response


def _reason(error: str) -> str:
    """What a person can do about it; the library's own words are the cause of the exception."""
    if "between messages" in error:
        return "签的不是这个链首"
    if "Nonce" in error:
        return "不是对这次请求的答复"
    return "签名或证书与 timestamp_ca 不符，或签发时证书不在有效期内"
