"""Nothing private is reached: not by literal, not by name, not through a redirect, not through the browser's proxy."""

from __future__ import annotations

import asyncio
import gc
import socket

import pytest

from crawler.fetch.egress import AddressPolicy, EgressDenied, EgressProxy

CAMPUS = AddressPolicy.of(["10.8.0.0/16"])


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.9.1.1", "169.254.169.254", "100.64.0.1", "192.168.1.1", "0.0.0.0", "::1", "fd00::1", "fe80::1%eth0",
     "::ffff:127.0.0.1", "2002:7f00:1::", "224.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::8.8.8.8",
     "::127.0.0.1", "::8.8.8.8", "::ffff:0:127.0.0.1", "2001:0:7f00:1::80ff:fffe", "2400:3200::5efe:10.0.0.1",
     "192.0.0.192", "192.88.99.1", "198.18.0.1", "240.0.0.1", "255.255.255.255", "::", "fec0::1", "3fff::1", "5f00::1",
     "100:0:0:1::1", "2001:db8::1", "4000::1", "ff0e::1"],
)  # fmt: skip
def test_private_addresses_are_out_of_bounds(address: str) -> None:
    assert not CAMPUS.permits(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "10.8.200.1", "2400:3200::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
                                     "64:ff9b::10.8.200.1", "2002:808:808::"])  # fmt: skip
def test_public_ones_and_the_campus_are_not(address: str) -> None:
    assert CAMPUS.permits(address)


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "file:///etc/passwd", "ftp://x.edu.cn/", "http://user:pw@x.edu.cn/", "http://x.edu.cn:22/", "http://",
     "http://[bad/", "http://127.1/", "http://0x7f000001/", "http://2130706433/", "http://localhost/", "http://a.localhost/",
     "http://[::1]/", "http://[::ffff:10.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[::127.0.0.1]/", "http://localhost./",
     "http://127.0.0.1./", "http://１２７.0.0.1/", "http://127。0。0。1/", "http://0177.0.0.1/", "http://[::7f00:1%25lo]/"],
)  # fmt: skip
def test_addresses_that_are_refused_before_anything_is_asked(url: str) -> None:
    with pytest.raises(EgressDenied):
        CAMPUS.check_url(url)


def test_one_bad_address_among_good_ones_is_enough() -> None:
    with pytest.raises(EgressDenied, match="内部地址"):
        CAMPUS.check_addresses("rebind.example", ["8.8.8.8", "127.0.0.1"])


def test_an_operator_may_allow_loopback_by_name_of_its_range() -> None:
    assert AddressPolicy.of(["::1/128"]).permits("::1")
    assert AddressPolicy.of(["127.0.0.0/8"]).permits("::ffff:127.0.0.1")


async def _through_proxy(guard: AddressPolicy, request: bytes, connect_to: tuple[str, int, int] | None = None) -> bytes:
    proxy = EgressProxy(guard, connect_to)
    await proxy.start()
    port = int(proxy.url.rsplit(":", 1)[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    await writer.drain()
    answer = await asyncio.wait_for(reader.read(4000), 10)
    writer.close()
    await proxy.stop()
    return answer


def test_the_browsers_proxy_refuses_inside_addresses() -> None:
    for request in (b"GET http://127.0.0.1:80/ HTTP/1.1\r\n\r\n", b"CONNECT localhost:443 HTTP/1.1\r\n\r\n"):
        assert b"403" in asyncio.run(_through_proxy(AddressPolicy(), request)).split(b"\r\n")[0]


def test_the_browsers_proxy_passes_what_is_allowed() -> None:
    async def serve() -> bytes:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + head.split(b"\r\n")[0])
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        request = b"GET http://www.shifan.example/news?x=1 HTTP/1.1\r\nHost: www.shifan.example\r\n\r\n"
        try:
            return await _through_proxy(AddressPolicy(), request, ("127.0.0.1", port, port))
        finally:
            server.close()

    assert asyncio.run(serve()).endswith(b"GET /news?x=1 HTTP/1.1")


def test_the_proxy_closes_what_was_open_when_it_stops(capfd: pytest.CaptureFixture[str]) -> None:
    async def hold() -> None:
        async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

        site = await asyncio.start_server(never, "127.0.0.1", 0)
        port = site.sockets[0].getsockname()[1]
        proxy = EgressProxy(AddressPolicy(), ("127.0.0.1", port, port))
        await proxy.start()
        where = int(proxy.url.rsplit(":", 1)[1])
        idle = await asyncio.open_connection("127.0.0.1", where)
        tunnel = await asyncio.open_connection("127.0.0.1", where)
        tunnel[1].write(b"CONNECT a.example:443 HTTP/1.1\r\n\r\n")
        assert b"200" in await tunnel[0].readuntil(b"\r\n\r\n")
        await asyncio.wait_for(proxy.stop(), 5)
        assert await tunnel[0].read() == b""
        for _, writer in (idle, tunnel):
            writer.close()
        site.close()

    asyncio.run(hold(), debug=True)
    assert "pending" not in capfd.readouterr().err


def test_the_proxy_leaves_no_task_of_a_connection_that_came_as_it_stopped(capfd: pytest.CaptureFixture[str]) -> None:
    """Between the system's accept and a task's first step lie turns of the loop: whichever of them `stop` comes in."""

    async def stop_after(turns: int) -> set[asyncio.Task[object]]:
        proxy = EgressProxy(AddressPolicy())
        await proxy.start()
        host, port = "127.0.0.1", int(proxy.url.rsplit(":", 1)[1])
        with socket.create_connection((host, port)) as client:
            client.sendall(b"GET http://a.example/ HTTP/1.1\r\n")
            for _ in range(turns):
                await asyncio.sleep(0)
            await asyncio.wait_for(proxy.stop(), 5)
            return asyncio.all_tasks() - {asyncio.current_task()}

    for turns in range(8):
        assert asyncio.run(stop_after(turns), debug=True) == set()
    gc.collect()
    said = capfd.readouterr().err
    assert not [word for word in ("destroyed", "never retrieved", "unclosed") if word in said], said


def test_a_site_cannot_speak_in_the_proxys_name() -> None:
    proxy = EgressProxy(AddressPolicy())
    assert proxy.failure("xunjian; error=dns_error") == ""
    assert proxy.failure("") == ""
    proxy._socket.close()
