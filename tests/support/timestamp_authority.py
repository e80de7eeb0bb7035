"""A time-stamp authority on loopback: OpenSSL's own ``ts -reply`` behind a small web server, with faults to choose from."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CONFIG = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""
DAY = timedelta(days=1)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


class Authority:
    """A root, a signer under it and one whose certificate has run out; ``fault`` says how the next request is answered."""

    def __init__(self, folder: Path) -> None:
        """Keys and certificates are made in ``folder``."""
        folder.mkdir(parents=True)
        self.folder, self.fault, self.url = folder, "", ""
        self.last = b""
        self.root = folder / "root.pem"
        self._key = ec.generate_private_key(ec.SECP256R1())
        root = self._certificate("root", self._key, 3650 * DAY, authority=True)
        self.root.write_bytes(_pem(root))
        for name, ends in (("good", 365 * DAY), ("expired", -DAY)):
            key = ec.generate_private_key(ec.SECP256R1())
            (folder / f"{name}.pem").write_bytes(_pem(self._certificate(name, key, ends, authority=False)))
            text = key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            (folder / f"{name}.key").write_bytes(text)
        (folder / "serial").write_text("01\n")
        (folder / "ts.cnf").write_text(CONFIG.format(folder=folder))

    def _certificate(
        self, name: str, key: ec.EllipticCurvePrivateKey, ends: timedelta, *, authority: bool
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(f"{name} {self.folder.name}"))
            .issuer_name(_name(f"root {self.folder.name}"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 30 * DAY)
            .not_valid_after(now + ends)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )
        if not authority:
            builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        return builder.sign(self._key, hashes.SHA256())

    def reply(self, query: bytes, signer: str = "good") -> bytes:
        """What OpenSSL answers to a request."""
        (self.folder / "query").write_bytes(query)
        command = ["openssl", "ts", "-reply", "-config", "ts.cnf", "-section", "one", "-queryfile", "query"]
        command += ["-signer", f"{signer}.pem", "-inkey", f"{signer}.key", "-chain", "root.pem", "-out", "reply"]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)
        return (self.folder / "reply").read_bytes()


class _Handler(BaseHTTPRequestHandler):
    authority: Authority

    def do_POST(self) -> None:
        query = self.rfile.read(int(self.headers["Content-Length"]))
        ours = self.authority
        if ours.fault == "error":
            self.send_error(503)
            return
        self.send_response(200)
        self.end_headers()
        if ours.fault == "slow":
            for _ in range(30):
                self.wfile.write(b"\x30")  # a byte now and then: no single read takes long
                self.wfile.flush()
                time.sleep(0.1)
        elif ours.fault == "page":
            self.wfile.write("<html>请先登录校园网</html>".encode())
        elif ours.fault == "endless":
            self.wfile.write(b"\x30" * 400_000)
        elif ours.fault == "refusal":
            self.wfile.write(bytes.fromhex("30053003020102"))  # TimeStampResp: status rejection, no token
        elif ours.fault == "replay":
            self.wfile.write(ours.last)
        else:
            ours.last = ours.reply(query, ours.fault or "good")
            self.wfile.write(ours.last)

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the asker would not wait

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(folder: Path) -> Iterator[Authority]:
    """An authority that answers on loopback."""
    authority = Authority(folder)
    handler = type("Handler", (_Handler,), {"authority": authority})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    authority.url = f"http://127.0.0.1:{server.server_port}/tsr"
    try:
        yield authority
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
