"""`xunjian user token`: tokens by which the school's other systems read the JSON interface."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from monitors.cli.groups import CommandGroup
from monitors.cli.options import Format, FormatOption, UserName, asked, print_rows
from monitors.json_output import iso
from monitors.people.api_tokens import USUAL_DAYS, make_token, revoke_token
from monitors.people.users import require_user
from rules.people import PeopleError, Scope
from storage.api_tokens import ApiToken

tokens = CommandGroup()
SCOPES = "、".join(f"{scope.value} {scope.label}" for scope in Scope)
TokenId = Annotated[str, typer.Argument(metavar="ID", help="令牌编号，见 xunjian user token list")]


@tokens.command("add")
def add(
    ctx: typer.Context,
    name: UserName,
    label: Annotated[str, typer.Option(help="给哪个系统使用，如 校数据平台")],
    scope: Annotated[list[str], typer.Option(help=f"可以读取的内容，可写多次：{SCOPES}")],
    days: Annotated[int, typer.Option(help="有效天数")] = USUAL_DAYS,
) -> None:
    """生成一个只读令牌，看到的内容不超过这个人的权限。令牌只显示这一次。"""
    with asked(ctx).context() as context:
        user = require_user(context.store, name)
        if user.disabled:
            raise PeopleError(f"{user.display}（{user.name}）已停用，不能生成令牌。")
        token, secret = make_token(context.store, user, label, scope, days, context.clock())
    typer.echo(
        f"已为 {user.display}（{user.name}）生成令牌 {token.id}，有效期至 {token.expires_at:%Y-%m-%d}。只显示这一次：\n{secret}"
    )


@tokens.command("list")
def listed(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="登录名；不填为所有人")] = "",
    form: FormatOption = Format.TEXT,
) -> None:
    """列出令牌：谁的、给谁用、能读什么、到什么时候。"""
    with asked(ctx).context() as context:
        found = (
            context.store.api_tokens.of(require_user(context.store, name).name)
            if name
            else context.store.api_tokens.all()
        )
        now = context.clock()
        rows = [_row(token) | {"works": token.works(now)} for token in found]
    if form == Format.TEXT and not rows:
        typer.echo("没有令牌。")
    else:
        print_rows(rows, form, _line)


@tokens.command("revoke")
def revoke(ctx: typer.Context, token: TokenId) -> None:
    """撤销令牌，立即生效。"""
    with asked(ctx).context() as context:
        revoke_token(context.store, token, context.clock())
    typer.echo(f"已撤销令牌 {token}。")


def _row(token: ApiToken) -> dict[str, Any]:
    return {
        "id": token.id,
        "user": token.user,
        "label": token.label,
        "scopes": list(token.scopes),
        "created_at": iso(token.created_at),
        "expires_at": iso(token.expires_at),
        "used_at": iso(token.used_at),
        "revoked_at": iso(token.revoked_at),
    }


def _line(row: dict[str, Any]) -> str:
    read = "、".join(Scope(code).label for code in row["scopes"] if code in list(Scope))
    state = f"有效期至 {row['expires_at'][:10]}" if row["works"] else "已失效"
    used = f"{row['used_at'][:16].replace('T', ' ')} 使用过" if row["used_at"] else "没有使用过"
    return f"{row['id']}　{row['user']}　{row['label']}　{read}　{state}　{used}"
