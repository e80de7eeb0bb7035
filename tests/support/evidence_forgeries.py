"""The changes themselves, on an archive's bytes by name: clumsy damages, and forgeries with every hash computed anew."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable
from hashlib import sha256
from itertools import pairwise
from typing import Any

from storage.evidence.chain import GENESIS, MANIFEST, HashChain, line, read

Files = dict[str, bytes]
"""An archive: bytes by the name below its folder."""
Change = Callable[[Files, Files, random.Random], Files]
"""(archive, an earlier state of it, dice) → the archive after the change."""
chain_of = read


def beside(warc: str) -> str:
    """The chain of a WARC."""
    return warc.removesuffix(".warc.gz") + ".chain"


def warcs_of(files: Files) -> list[str]:
    """The WARC files of an archive."""
    return sorted(name for name in files if name.endswith(".warc.gz"))


def _records(files: Files, warc: str) -> list[bytes]:
    data = files[warc]
    at = [entry["offset"] for entry in read(files[beside(warc)], expirable=True).entries[1:]] + [len(data)]
    return [data[a:b] for a, b in pairwise(at)]


def _pieces(files: Files, name: str) -> list[bytes]:
    """Records of a WARC, lines of a chain."""
    return _records(files, name) if name.endswith(".warc.gz") else files[name].splitlines(keepends=True)


def links_of(entries: list[dict[str, Any]]) -> bytes:
    """A chain of these entries, every hash fitting."""
    text, head = b"", GENESIS
    for entry in entries:
        part, head = line(head, entry)
        text += part
    return text


# Damages: no hash is computed anew.


def _flip(files: Files, _: Files, dice: random.Random) -> Files:
    name = dice.choice(sorted(files))
    data, at = bytearray(files[name]), dice.randrange(len(files[name]))
    data[at] ^= 1 << dice.randrange(8)
    return files | {name: bytes(data)}


def _remove_bytes(files: Files, _: Files, dice: random.Random) -> Files:
    name = dice.choice(sorted(files))
    at = dice.randrange(len(files[name]))
    return files | {name: files[name][:at] + files[name][at + dice.randrange(1, 60) :]}


def _insert_bytes(files: Files, _: Files, dice: random.Random) -> Files:
    name = dice.choice(sorted(files))
    at = dice.randrange(len(files[name]) + 1)
    return files | {name: files[name][:at] + dice.randbytes(dice.randrange(1, 40)) + files[name][at:]}


def _truncate(files: Files, _: Files, dice: random.Random) -> Files:
    name = dice.choice(sorted(files))
    return files | {name: files[name][: dice.randrange(len(files[name]))]}


def _swap_pieces(files: Files, _: Files, dice: random.Random) -> Files:
    name = dice.choice(sorted(files))
    parts = _pieces(files, name)
    one, two = dice.sample(range(len(parts)), 2)
    parts[one], parts[two] = parts[two], parts[one]
    return files | {name: b"".join(parts)}


def _repeat_piece(files: Files, _: Files, dice: random.Random) -> Files:
    name = dice.choice(sorted(files))
    parts = _pieces(files, name)
    parts.insert(dice.randrange(len(parts) + 1), dice.choice(parts))
    return files | {name: b"".join(parts)}


def _drop_piece(files: Files, _: Files, dice: random.Random) -> Files:
    name = dice.choice(sorted(files))
    parts = _pieces(files, name)
    del parts[dice.randrange(len(parts))]
    return files | {name: b"".join(parts)}


def _swap_files(files: Files, _: Files, dice: random.Random) -> Files:
    one, two = dice.sample(warcs_of(files), 2)
    pairs = [(one, two), (beside(one), beside(two))]
    after = dict(files)
    for a, b in pairs if dice.random() < 0.5 else [pairs[dice.randrange(2)]]:
        after[a], after[b] = files[b], files[a]
    return after


def _remove_file(files: Files, _: Files, dice: random.Random) -> Files:
    warc = dice.choice(warcs_of(files))
    gone = dice.choice([{warc}, {beside(warc)}, {warc, beside(warc)}, {MANIFEST}])
    return {name: data for name, data in files.items() if name not in gone}


def _add_file(files: Files, _: Files, dice: random.Random) -> Files:
    """A file of the archive once more under another name, or bytes from elsewhere."""
    warc = dice.choice(warcs_of(files))
    name = warc.replace("-000.", f"-{dice.randrange(1, 999):03d}.")
    strange = gzip.compress(dice.randbytes(40), mtime=0)
    return files | {name: dice.choice([files[warc], strange]), beside(name): files[beside(warc)]}


def _replay_part(files: Files, earlier: Files, dice: random.Random) -> Files:
    """Some of the files, never all, as they stood earlier."""
    if dice.random() < 0.5:
        return files | {MANIFEST: earlier[MANIFEST]}
    last = warcs_of(files)[-1]
    gone = {last, beside(last)}
    return {name: data for name, data in files.items() if name not in gone}


def _cut_manifest(files: Files, _: Files, dice: random.Random) -> Files:
    lines = files[MANIFEST].splitlines(keepends=True)
    return files | {MANIFEST: b"".join(lines[: dice.randrange(len(lines))])}


def _cut_last_records(files: Files, _: Files, dice: random.Random) -> Files:
    """The last records go with their links; the seal in the manifest stays."""
    return _without_last(files, dice.choice(warcs_of(files)), dice)


def _chain_recomputed(files: Files, _: Files, dice: random.Random) -> Files:
    """Other bytes in one record, and a chain that fits them; the seal in the manifest stays."""
    return _other_record(files, dice.choice(warcs_of(files)), dice)


DAMAGES: dict[str, Change] = {
    "bit flipped": _flip,
    "bytes removed": _remove_bytes,
    "bytes inserted": _insert_bytes,
    "file truncated": _truncate,
    "records or lines swapped": _swap_pieces,
    "record or line repeated": _repeat_piece,
    "record or line removed": _drop_piece,
    "files swapped": _swap_files,
    "file removed": _remove_file,
    "file added": _add_file,
    "older file put back": _replay_part,
    "manifest cut": _cut_manifest,
    "last records cut with their links": _cut_last_records,
    "file replaced, chain recomputed": _chain_recomputed,
}


# Forgeries: chain, seal and manifest are computed anew, so that everything fits again.


def _without_last(files: Files, warc: str, dice: random.Random) -> Files:
    links = read(files[beside(warc)], expirable=True)
    keep = dice.randrange(1, len(links.entries))
    end = links.entries[keep]["offset"]
    chain = b"".join(files[beside(warc)].splitlines(keepends=True)[:keep])
    return files | {warc: files[warc][:end], beside(warc): chain}


def _other_record(files: Files, warc: str, dice: random.Random) -> Files:
    records = _records(files, warc)
    at = dice.randrange(len(records))
    records[at] = gzip.compress(gzip.decompress(records[at]) + dice.randbytes(4), mtime=0)
    return _rewritten(files, warc, records, read(files[beside(warc)], expirable=True).entries)


def _rewritten(files: Files, warc: str, records: list[bytes], entries: list[dict[str, Any]]) -> Files:
    """The file of these records with links of their own; ``entries``: the chain's head and one for each record."""
    links, at = [entries[0]], 0
    for entry, record in zip(entries[1:], records, strict=True):
        links.append(entry | {"offset": at, "length": len(record), "sha256": sha256(record).hexdigest()})
        at += len(record)
    return files | {warc: b"".join(records), beside(warc): links_of(links)}


def _resealed(files: Files) -> Files:
    """A manifest whose seals fit the files as they are; links of files that are gone are left out."""
    entries = [entry for entry in read(files[MANIFEST]).entries if entry["file"] in files]
    for entry in entries:
        if entry["event"] == "seal":
            links: HashChain = read(files[beside(entry["file"])])
            entry |= {"records": len(links.entries) - 1, "bytes": len(files[entry["file"]]), "head": links.head}
    return files | {MANIFEST: links_of(entries)}


def _forged_cut(files: Files, _: Files, dice: random.Random) -> Files:
    return _resealed(_without_last(files, dice.choice(warcs_of(files)), dice))


def _forged_record(files: Files, _: Files, dice: random.Random) -> Files:
    return _resealed(_other_record(files, dice.choice(warcs_of(files)), dice))


def _forged_insertion(files: Files, _: Files, dice: random.Random) -> Files:
    """A record of another file is put in between."""
    warc, other = dice.sample(warcs_of(files), 2)
    records, entries = _records(files, warc), read(files[beside(warc)]).entries
    at, taken = dice.randrange(1, len(records) + 1), _records(files, other)[-1]
    entries.insert(at + 1, dict(read(files[beside(other)]).entries[-1]))
    return _resealed(_rewritten(files, warc, [*records[:at], taken, *records[at:]], entries))


def _forged_removal(files: Files, _: Files, dice: random.Random) -> Files:
    """A file is gone, with its chain and its links in the manifest."""
    warc = dice.choice(warcs_of(files))
    return _resealed({name: data for name, data in files.items() if name not in (warc, beside(warc))})


def _forged_order(files: Files, _: Files, dice: random.Random) -> Files:
    """The same files in another order of the manifest."""
    warcs = warcs_of(files)
    names = dice.sample(warcs, len(warcs))
    by_file = sorted(read(files[MANIFEST]).entries, key=lambda entry: names.index(entry["file"]))
    return files | {MANIFEST: links_of(by_file)}


def _put_back(_: Files, earlier: Files, dice: random.Random) -> Files:
    """The whole archive as it stood earlier, as from a backup."""
    return dict(earlier)


FORGERIES: dict[str, Change] = {
    "forged: last records cut": _forged_cut,
    "forged: record replaced": _forged_record,
    "forged: record put in": _forged_insertion,
    "forged: file removed with its links": _forged_removal,
    "forged: order of files": _forged_order,
    "forged: all put back as earlier": _put_back,
}
