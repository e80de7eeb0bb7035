"""Sealed evidence goes from this host's folder to the store that all hosts share; no step stands on a page before it is there."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from monitors.app_context import AppContext
from monitors.errors import InvalidInput
from monitors.settings import Settings
from storage.evidence import (
    EvidenceArchive,
    EvidenceError,
    SharedStore,
    VerifyReport,
    folder_name,
    unchanging,
    verify,
    verify_shared,
)
from storage.evidence.chain import MANIFEST, HashChain, Manifest
from storage.evidence.writer import chain_path

SHARED, FOLDER = "shared/", "folder"
"""Among the chain heads: the manifest's as it was last put in the store, by folder; and which folder is the one that counts
where there is no store."""


def upload_sealed(context: AppContext) -> int:
    """Put every sealed file that the store has not yet there, then the manifest that names them; how many files. Doing it
    twice, or from two processes, changes nothing. Raises EvidenceError, StorageError, OSError."""
    store, root = context.shared_store, context.evidence
    if store is None or not (root / MANIFEST).exists():
        return 0
    EvidenceArchive(root).seal_abandoned()
    folder, uploads = folder_name(root), context.store.evidence_uploads
    manifest = _manifest(context, folder)
    known, faults = uploads.of(folder), list[Exception]()
    sealed = dict.fromkeys(str(entry["file"]) for entry in manifest.entries if entry.get("event") == "seal")
    waiting = [name for name in sealed if name not in known]
    for name in waiting:
        try:
            with unchanging(root):
                store.put(folder, root, str(chain_path(root / name).relative_to(root)))
                uploads.add(folder, name, store.put(folder, root, name), context.clock())
        except (EvidenceError, OSError) as error:  # the others need not wait for this one
            faults.append(error)
    if faults:  # a manifest there must not name what is not there
        raise faults[0]
    if context.store.chain_heads.all().get(SHARED + folder) != manifest.head:
        store.write(folder, MANIFEST, manifest.whole)
        context.store.chain_heads.save({SHARED + folder: manifest.head}, context.clock())
    return len(waiting)


def _manifest(context: AppContext, folder: str) -> HashChain:
    """The local manifest, if it goes on where the copy in the store ends. Raises EvidenceError: a good copy is never
    replaced by one that was tampered with."""
    manifest, last = Manifest(context.evidence).read(), context.store.chain_heads.all().get(SHARED + folder)
    if manifest.broken or (last and last not in manifest.hashes):
        raise EvidenceError("本机存证清单与已存入共享存储的不衔接，没有覆盖。请执行 xunjian evidence verify 查明原因")
    return manifest


def not_stored(context: AppContext, evidence: Collection[str]) -> set[str]:
    """Those of these evidence ids that only one host has so far. Raises StorageError."""
    return context.store.evidence_uploads.missing(evidence) if context.settings.evidence_store else set()


def keep_heads(context: AppContext) -> None:
    """Seal what killed writers left open, and keep the chains' heads where the files are not. With a shared store they are
    kept as the copies there are made."""
    archive = EvidenceArchive(context.evidence)
    archive.seal_abandoned()
    if not context.settings.evidence_store:
        context.store.chain_heads.save(archive.heads(), context.clock())


def verify_all(settings: Settings, heads: Mapping[str, str], stamped: Mapping[str, str]) -> VerifyReport:
    """Check this host's folder and, where there is one, all folders of the shared store. ``heads`` and ``stamped`` are those
    kept in the database. Raises EvidenceError, OSError."""
    root = settings.data / "evidence"
    if not settings.evidence_store:
        return verify(root, heads, stamped)
    copies = {name.removeprefix(SHARED): head for name, head in heads.items() if name.startswith(SHARED)}
    last = copies.get(folder_name(root)) if root.exists() else None
    report = verify(root, {MANIFEST: last} if last else {}) if root.exists() else VerifyReport()
    report.add(verify_shared(SharedStore(settings.evidence_store), copies, stamped, Manifest(root).read().hashes))
    return report


def one_folder(context: AppContext, *, serving: bool) -> None:
    """Without a shared store all processes on one database have one evidence folder, or their pages cannot be found. The
    service's counts; raises InvalidInput where a worker's is another."""
    if context.settings.evidence_store or not context.settings.database_url:
        return
    name, heads = folder_name(context.evidence), context.store.chain_heads
    known = heads.all().get(FOLDER)
    if serving or known is None:
        heads.save({FOLDER: name}, context.clock())
    elif known != name:
        raise InvalidInput(
            f"这里的存证目录 {context.evidence} 与 xunjian serve 用的不是同一个，页面存证会分散在各台主机上而互相查不到。"
            "请在各台主机的设置里填写同一个 evidence_store，或者挂载同一个数据目录。做法见 docs/deploy-cluster.md。"
        )
