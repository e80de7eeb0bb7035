"""`xunjian names screen`: does a name use or imitate a protected school name."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer
import yaml
from pydantic import ValidationError

from monitors.cli.groups import CommandGroup
from monitors.cli.options import Format, FormatOption, asked
from monitors.errors import InvalidInput
from monitors.policy_registry import own_schools, policies_of, protected_of
from rules.names import Matcher, NameMatch, ProtectedFile, ProtectedSchool

commands = CommandGroup()


@commands.callback()
def _group() -> None:
    """Keep `names screen` two words although it is the only one."""


@commands.command()
def screen(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(help="每行一个名称的文件；- 或不填则读标准输入")] = "-",
    school: Annotated[str, typer.Option(help="学校代码，或 all 表示所有制度文件里的学校")] = "",
    protected: Annotated[Path | None, typer.Option(help="没有制度文件的学校：写有受保护名称的 YAML/JSON")] = None,
    form: FormatOption = Format.JSONL,
) -> None:
    """逐行比对名称，每行输出一个 JSON：结论、学校、受保护名称、类型、理由。"""
    matcher = Matcher(_schools(ctx, school, protected))
    matches = matcher.screen_all(_lines(file))
    if form == Format.TEXT:
        _as_text(matches)
        return
    if form == Format.JSON:
        typer.echo(json.dumps([match.as_dict() for match in matches], ensure_ascii=False, indent=1))
        return
    sys.stdout.writelines(f"{match.as_json()}\n" for match in matches)


def _schools(ctx: typer.Context, school: str, protected: Path | None) -> list[ProtectedSchool]:
    if bool(school) == bool(protected):
        raise InvalidInput("请写明 --school 学校代码（或 all），或者用 --protected 给出受保护名称文件，二者选一。")
    if protected:
        return list(read_protected(protected).schools)
    policies = policies_of(asked(ctx).settings())
    if school != "all" and school not in policies:
        raise InvalidInput(
            f"没有学校 {school!r} 的制度文件。现有: {', '.join(sorted(policies))}。也可以用 --protected 给出名称。"
        )
    chosen = own_schools(policies, demo=False) if school == "all" else [policies[school]]
    return [protected_of(policy) for policy in chosen]


def read_protected(file: Path) -> ProtectedFile:
    """A `--protected` file. Raises InvalidInput that says where and what."""
    try:
        text = file.read_text(encoding="utf-8-sig")
        return ProtectedFile.model_validate(json.loads(text) if file.suffix == ".json" else yaml.safe_load(text))
    except OSError as error:
        raise InvalidInput(f"打不开文件 {file}: {error.strerror}") from error
    except (UnicodeDecodeError, ValueError, yaml.YAMLError) as error:
        if isinstance(error, ValidationError):
            places = [f"  {'.'.join(map(str, e['loc'])) or '文件'}: {e['msg']}" for e in error.errors()]
            raise InvalidInput(f"{file} 的内容不对:\n" + "\n".join(places)) from error
        raise InvalidInput(f"{file} 不是合格的 YAML/JSON（UTF-8 编码）: {error}") from error


def _lines(file: str) -> Iterator[str]:
    """Names, one per line; an undecodable byte becomes U+FFFD, an empty line stays a (clear) answer so that order holds."""
    if file == "-":
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
        yield from (line.rstrip("\r\n") for line in sys.stdin)
        return
    try:
        with open(file, encoding="utf-8-sig", errors="replace", newline="\n") as lines:
            yield from (line.rstrip("\r\n") for line in lines)
    except OSError as error:
        raise InvalidInput(f"打不开文件 {file}: {error.strerror}") from error


def _as_text(matches: Iterable[NameMatch]) -> None:
    counts: Counter[str] = Counter()
    for match in matches:
        counts[match.verdict.label] += 1
        if match.verdict != "clear":
            typer.echo(f"{match.verdict.label}  {match.name}  {match.why}")
    typer.echo("，".join(f"{label} {n}" for label, n in counts.items()))
