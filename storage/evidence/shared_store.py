"""The store that all workers share: sealed evidence in a folder or bucket, one archive under the name of each worker's folder."""

from __future__ import annotations

import os
import socket
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from storage.evidence.chain import MANIFEST
from storage.evidence.warc import EvidenceError

NAME = "folder.name"
BLOCK = 1 << 18
"""Bytes asked for at once when one record is read: most pages fit."""


def folder_name(root: Path) -> str:
    """The name of a local evidence folder among those of all hosts, kept in it: a container's host name does not last.
    Raises EvidenceError where it cannot be written."""
    path = root / NAME
    try:
        if not path.exists():
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            host = "".join(c if c.isalnum() else "-" for c in socket.gethostname()[:30])
            new = path.with_suffix(f".{uuid4().hex}")
            new.write_text(f"{host}-{uuid4().hex[:8]}", "ascii", "replace")
            with suppress(FileExistsError):  # of two at once the first names it
                os.link(new, path)
            new.unlink()
        return path.read_text("ascii")
    except OSError as error:
        raise EvidenceError(f"存证目录 {root} 不能写入（{error.strerror}），请检查权限和磁盘") from error


class SharedStore:
    """Files of archives by the name of their folder. ``url``: what fsspec understands, a local folder or ``s3://bucket/prefix``
    (its address and keys come from the environment, by Amazon's own names). Every method raises EvidenceError where the
    store cannot be used."""

    def __init__(self, url: str) -> None:
        """Nothing is asked yet."""
        import fsspec  # with its storage libraries the slowest of all imports, and no business of one machine

        with _plain(url):
            local = "://" not in url or url.startswith("file://")
            given: dict[str, Any] = {"auto_mkdir": True} if local else {"use_listings_cache": False}
            self._fs, self._base = fsspec.url_to_fs(url, **given)
        self.url = url

    def folders(self) -> list[str]:
        """The folders that have a manifest here."""
        with _plain(self.url):
            if not self._fs.exists(self._base):
                return []
            names = [str(path).rstrip("/").rpartition("/")[2] for path in self._fs.ls(self._base, detail=False)]
            return sorted(name for name in names if self._fs.exists(self._path(name, MANIFEST)))

    def files(self, folder: str) -> set[str]:
        """The WARC files of a folder, as ``day/name``."""
        with _plain(self.url):
            found = self._fs.find(self._path(folder))
        return {"/".join(str(path).split("/")[-2:]) for path in found if str(path).endswith(".warc.gz")}

    def put(self, folder: str, root: Path, name: str) -> int:
        """Copy a file of an archive here; its size, which was asked of the store afterwards."""
        local, path = root / name, self._path(folder, name)
        with _plain(self.url):
            self._fs.put_file(str(local), path)
            size, there = local.stat().st_size, int(self._fs.info(path)["size"])
        if size != there:
            raise EvidenceError(f"存证文件 {name} 存入共享存储后大小不符（{there}，应为 {size}），将重新存入")
        return size

    def write(self, folder: str, name: str, data: bytes) -> None:
        """Keep these bytes under a name."""
        with _plain(self.url):
            self._fs.pipe_file(self._path(folder, name), data)

    def read(self, folder: str, name: str) -> bytes:
        """The bytes under a name."""
        with _plain(self.url):
            return bytes(self._fs.cat_file(self._path(folder, name)))

    @contextmanager
    def brought(self, folder: str, name: str, root: Path) -> Iterator[None]:
        """A file under a local root for a moment. FileNotFoundError never leaves here: a file that is lost stays absent."""
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with _plain(self.url), suppress(FileNotFoundError):
            self._fs.get_file(self._path(folder, name), str(target))
        try:
            yield
        finally:
            target.unlink(missing_ok=True)

    def copies(self, name: str) -> Iterator[AbstractContextManager[Any]]:
        """Each folder's file of this name, to be opened; FileNotFoundError where a folder has none. Two workers that were
        given the same run may call their files alike, and the evidence id tells them apart."""
        return (self._opened(self._path(folder, name)) for folder in self.folders())

    @contextmanager
    def _opened(self, path: str) -> Iterator[Any]:
        with _plain(self.url), self._fs.open(path, "rb", block_size=BLOCK) as file:
            yield file

    def _path(self, folder: str, name: str = "") -> str:
        return f"{self._base}/{folder}/{name}".rstrip("/")


def member_from(file: Any) -> bytes:
    """The gzip member that begins where the file stands. Raises zlib.error where there is no whole one."""
    unpacker, member = zlib.decompressobj(31), bytearray()
    while not unpacker.eof and (block := file.read(65536)):
        unpacker.decompress(block)
        member += block
    if not unpacker.eof:
        raise zlib.error("no whole member here")
    return bytes(member[: len(member) - len(unpacker.unused_data)])


@contextmanager
def _plain(url: str) -> Iterator[None]:
    try:
        yield
    except (EvidenceError, FileNotFoundError, zlib.error):
        raise
    except Exception as error:  # each kind of store has errors of its own
        raise EvidenceError(
            f"共享存证存储 {url} 不能使用（{type(error).__name__}: {error}）。请检查设置 evidence_store、网络、地址和密钥"
        ) from error
