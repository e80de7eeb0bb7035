"""Changes of an archive with expired records, on its bytes by name: what a tombstone may not be used to hide."""

from __future__ import annotations

import random
from dataclasses import replace
from hashlib import sha256
from typing import Any

from storage.evidence.chain import GENESIS, MANIFEST, line, read
from storage.evidence.tombstone import ExpiredRecord, Tombstone, evidence_id, expired_line, tombstone_of
from tests.support.evidence_forgeries import Change, Files, beside, links_of, warcs_of


def tombstones(files: Files) -> list[Tombstone]:
    """Those that the manifest holds."""
    found = (tombstone_of(entry) for entry in read(files[MANIFEST]).entries if entry["event"] == "expire")
    return [each for each in found if each]


def buried(files: Files, tombstone: Tombstone) -> Files:
    """Filler and chain lines as a tombstone has them, without entering it."""
    data, lines = bytearray(files[tombstone.file]), files[beside(tombstone.file)].splitlines(keepends=True)
    for record in tombstone.records:
        data[record.offset : record.offset + record.length] = tombstone.filler(record)
        lines = [expired_line(record) if text[:64] == record.link.encode() else text for text in lines]
    return files | {tombstone.file: bytes(data), beside(tombstone.file): b"".join(lines)}


def entered(files: Files, *more: Tombstone) -> Files:
    """The manifest with these tombstones behind it, well linked."""
    return files | {MANIFEST: links_of([*read(files[MANIFEST]).entries, *(each.link() for each in more)])}


def _another(files: Files, dice: random.Random) -> Tombstone:
    """A tombstone as ours would be, for a record that nobody let expire."""
    name = dice.choice(warcs_of(files))
    links = read(files[beside(name)], expirable=True)
    rows = list(zip(links.entries[1:], links.hashes[1:], links.hashes, strict=False))
    entry, link, above = dice.choice([row for row in rows if row[0]["type"] == "response"])
    known = dice.choice(tombstones(files))
    place = ExpiredRecord(entry["offset"], entry["length"], entry["sha256"], link, above)
    return replace(known, evidence=evidence_id(name, place.offset, place.sha256), file=name, records=(place,))


def _taken_out(files: Files, _: Files, dice: random.Random) -> Files:
    """The tombstone is gone, the manifest linked anew; the filler stays."""
    entries = read(files[MANIFEST]).entries
    gone = dice.choice([entry for entry in entries if entry["event"] == "expire"])
    return files | {MANIFEST: links_of([entry for entry in entries if entry is not gone])}


def _put_back(files: Files, before: Files, dice: random.Random) -> Files:
    """The bytes, the chain or both as they stood before; the tombstone stays."""
    name = dice.choice(tombstones(files)).file
    back = dice.choice([{name}, {beside(name)}, {name, beside(name)}])
    return files | {each: before[each] for each in back}


def _no_tombstone(files: Files, _: Files, dice: random.Random) -> Files:
    """Another record is made to look expired: filler, chain line or both, and no tombstone."""
    forged = buried(files, tombstone := _another(files, dice))
    hidden = dice.choice([{tombstone.file}, {beside(tombstone.file)}, {tombstone.file, beside(tombstone.file)}])
    return files | {name: forged[name] for name in hidden}


def _no_filler(files: Files, _: Files, dice: random.Random) -> Files:
    """A tombstone for a record that still stands there."""
    return entered(files, _another(files, dice))


def _bent(files: Files, _: Files, dice: random.Random) -> Files:
    """A tombstone says something else than the chain, the manifest linked anew; or names another id, file or time."""
    entries = read(files[MANIFEST]).entries
    entry: dict[str, Any] = dice.choice([entry for entry in entries if entry["event"] == "expire"])
    records = [list(row) for row in entry["records"]]
    row, at = dice.choice(records), dice.randrange(5)
    row[at] = row[at] + dice.randrange(1, 99) if at < 2 else f"{dice.getrandbits(256):064x}"
    other = dice.choice([*warcs_of(files), "2026-11-21/nobody-1-000.warc.gz"])
    bent: dict[str, Any] = dice.choice([
        {"records": records}, {"evidence": _another(files, dice).evidence}, {"at": "2026-11-30T00:00:00Z"}, {"at": "never"},
        {"records": records[:-1]}, {"records": []}, {"note": "x"}, {"file": other},
    ])  # fmt: skip
    changed = [{**each, **bent} if each is entry else each for each in entries]
    return files | {MANIFEST: links_of(changed)}


def _twice(files: Files, _: Files, dice: random.Random) -> Files:
    return entered(files, dice.choice(tombstones(files)))


def _filler_bent(files: Files, _: Files, dice: random.Random) -> Files:
    """Something is written into a filler, its chain line untouched."""
    tombstone = dice.choice(tombstones(files))
    record, data = dice.choice(tombstone.records), bytearray(files[tombstone.file])
    data[record.offset + dice.randrange(record.length)] ^= 1 << dice.randrange(8)
    return files | {tombstone.file: bytes(data)}


def _before_it(files: Files, _: Files, dice: random.Random) -> Files:
    """Another record before an expired one is replaced, and the chain computed anew as far as the expired line, which
    takes no notice of it."""
    tombstone = dice.choice(tombstones(files))
    name, at = tombstone.file, tombstone.records[0].offset
    entries, data = read(files[beside(name)], expirable=True).entries, files[name]
    old, head, lines = files[beside(name)].splitlines(keepends=True), GENESIS, list[bytes]()
    victim = dice.choice([entry for entry in entries[1:] if entry["offset"] < at])
    for number, entry in enumerate(entries):
        if entry.get("offset", -1) >= at:
            break
        if entry is victim:
            record = dice.randbytes(entry["length"])
            data = data[: entry["offset"]] + record + data[entry["offset"] + len(record) :]
            entry = entry | {"sha256": sha256(record).hexdigest()}
        text, head = line(head, entry) if entry.get("type") != "expired" else (old[number], old[number][:64].decode())
        lines.append(text)
    return files | {name: data, beside(name): b"".join([*lines, *old[len(lines) :]])}


EXPIRY_DAMAGES: dict[str, Change] = {
    "expiry: tombstone taken out": _taken_out,
    "expiry: record or chain put back": _put_back,
    "expiry: filler without tombstone": _no_tombstone,
    "expiry: tombstone without filler": _no_filler,
    "expiry: tombstone says otherwise": _bent,
    "expiry: tombstone twice": _twice,
    "expiry: filler changed": _filler_bent,
    "expiry: record before it replaced": _before_it,
}
"""(archive, the same before anything expired, dice). The manifest is linked anew, and the archive alone still notices."""


def undone(_: Files, before: Files, dice: random.Random) -> Files:
    """Everything as it stood before anything expired, the tombstones gone."""
    return dict(before)


def forged_expiry(files: Files, _: Files, dice: random.Random) -> Files:
    """A record is destroyed exactly as a rule would, tombstone and all, by somebody who may write here."""
    return entered(buried(files, tombstone := _another(files, dice)), tombstone)
