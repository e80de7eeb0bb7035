#!/usr/bin/env python3
"""核对年审材料是否完整、未被改动。只需要 python3：python3 verify.py [文件夹]。退出码 0 一致，1 不一致。"""

import csv
import hashlib
import json
import pathlib
import sys
import zipfile
from collections.abc import Iterator

INDEX, MANIFEST, SELF = "存证索引.csv", "MANIFEST.sha256", "verify.py"


def sha256(path: pathlib.Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def manifest_faults(root: pathlib.Path) -> Iterator[str]:
    listed = {}
    for line in (root / MANIFEST).read_text(encoding="utf-8").splitlines():
        value, _, name = line.partition("  ")
        listed[name] = value
    for name, value in listed.items():
        path = root / name
        if not path.is_file():
            yield f"缺少文件：{name}"
        elif sha256(path) != value:
            yield f"内容有改动：{name}"
    present = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    for name in sorted(present - set(listed) - {MANIFEST}):
        yield f"多出的文件：{name}"


def evidence_faults(root: pathlib.Path) -> Iterator[str]:
    with (root / INDEX).open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            path = root / row["存证包"]
            if not row["存证包"] or not path.is_file():
                continue
            with zipfile.ZipFile(path) as package, package.open("archive/data.warc.gz") as data:
                data.seek(int(row["位置"]))
                found = hashlib.sha256(data.read(int(row["长度"]))).hexdigest()
            if found != row["校验值"] or not row["存证编号"].endswith("." + found[:24]):
                yield f"存证与编号不符：{row['存证包']} 中的 {row['存证编号']}"


def package_faults(root: pathlib.Path) -> Iterator[str]:
    for path in sorted(root.rglob("*.wacz")):
        with zipfile.ZipFile(path) as package:
            described = package.read("datapackage.json")
            seal = json.loads(package.read("datapackage-digest.json"))["hash"]
            if seal != "sha256:" + hashlib.sha256(described).hexdigest():
                yield f"存证包说明有改动：{path.name}"
            for part in json.loads(described)["resources"]:
                if part["hash"] != "sha256:" + hashlib.sha256(package.read(part["path"])).hexdigest():
                    yield f"存证包内容有改动：{path.name} 中的 {part['path']}"


def main() -> int:
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent
    faults: list[str] = []
    for check in (manifest_faults, package_faults, evidence_faults):
        try:
            faults += check(root)
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            faults.append(f"不能核对：{error}")
    for fault in faults:
        print(fault)
    print("核对完毕：" + (f"有 {len(faults)} 处不一致。" if faults else "全部一致。"))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
