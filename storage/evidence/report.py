"""Three answers about evidence: everything matched, something did not, or it cannot be told and why."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from rules.model import LabeledEnum


class VerifyStatus(LabeledEnum):
    """Nothing failed is not the same claim as everything matched."""

    VERIFIED = "verified", "核验一致"
    FAILED = "failed", "核验不一致"
    UNVERIFIABLE = "unverifiable", "无法核验"


@dataclass(frozen=True, slots=True)
class VerifyFailure:
    """The first thing that does not match: the file, the record's number from 1 (0: the file itself), its offset."""

    file: str
    record: int
    offset: int
    reason: str


@dataclass(slots=True)
class VerifyReport:
    """What was checked and what came of it. ``missing`` says what stands in the way of a plain yes."""

    files: int = 0
    records: int = 0
    bytes: int = 0
    failures: list[VerifyFailure] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    references: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Evidence that records refer to: id → file and number of the first that does."""
    expired: set[str] = field(default_factory=set)
    """Evidence ids whose records a retention rule destroyed, each with its tombstone in the manifest."""
    torn: dict[str, int] = field(default_factory=dict)
    """Torn tails: file → bytes behind the last record the chain knows, left by a writer that was killed."""

    def add(self, other: VerifyReport, folder: str = "") -> None:
        """Take in another report, its files and sentences under the name of a folder."""
        place, says = (f"{folder}/", f"{folder}：") if folder else ("", "")
        self.files, self.records, self.bytes = (
            self.files + other.files, self.records + other.records, self.bytes + other.bytes,
        )  # fmt: skip
        self.failures += [replace(bad, file=place + bad.file) for bad in other.failures]
        self.missing += [says + text for text in other.missing]
        self.notes += [says + text for text in other.notes]
        self.expired |= other.expired
        self.torn |= {place + name: size for name, size in other.torn.items()}

    @property
    def status(self) -> VerifyStatus:
        """Failed if anything failed; verified only if everything was checked and matched."""
        if self.failures:
            return VerifyStatus.FAILED
        return VerifyStatus.UNVERIFIABLE if self.missing or not self.records else VerifyStatus.VERIFIED

    @property
    def first_bad(self) -> VerifyFailure | None:
        """The first failure, None where there is none."""
        return self.failures[0] if self.failures else None

    def __str__(self) -> str:
        """The report as a person reads it."""
        lines = [f"{self.status.label}：{self.files} 个文件，{self.records} 条记录，{self.bytes} 字节"]
        if self.expired:
            lines[0] += f"；其中 {len(self.expired)} 份存证已按规定到期销毁（清单中有登记）"
        for bad in self.failures:
            where = f"第 {bad.record} 条记录（偏移 {bad.offset}）" if bad.record else ""
            lines.append(f"不一致：{bad.file} {where}{bad.reason}")
        lines += [f"无法核验：{text}" for text in self.missing] + [f"说明：{text}" for text in self.notes]
        if not self.records and not self.failures and not self.missing:
            lines.append("无法核验：没有存证记录")
        return "\n".join(lines)
