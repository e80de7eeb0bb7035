"""`xunjian user`: the people who sign in."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from monitors.app_context import AppContext
from monitors.cli.groups import CommandGroup
from monitors.cli.options import Format, FormatOption, PasswordStdinOption, SchoolOption, UserName, asked, print_rows
from monitors.cli.tokens import tokens
from monitors.errors import InvalidInput
from monitors.json_output import iso
from monitors.people.users import add_user, disable_user, password_link, require_user, set_password
from rules.people import Role, RoleGrant, User, grants_of
from storage.users import UserRecord

commands = CommandGroup()
commands.add_typer(tokens, name="token", help="接口令牌：生成、列出、撤销。")
ROLES = "、".join(f"{role.value} {role.label}" for role in Role)


@commands.command("add")
def add(
    ctx: typer.Context,
    name: UserName,
    display: Annotated[str, typer.Option(help="姓名，文书和记录使用")],
    role: Annotated[list[str], typer.Option(help=f"角色，可写多次：{ROLES}")],
    post: Annotated[str, typer.Option(help="职务，如 党委宣传部部长；签批的文书使用")] = "",
    unit: Annotated[str, typer.Option(help="“单位”角色的单位，与台账中的主办单位一致")] = "",
    school: SchoolOption = "",
    password_stdin: PasswordStdinOption = False,
) -> None:
    """添加一个登录账号。不给密码时，打印一个由本人设置密码的一次性链接。"""
    grants = grants_of(role, school=school, unit=unit)
    password = _typed() if password_stdin else ""
    with asked(ctx).context() as context:
        if school and school not in context.policies:
            raise InvalidInput(f"没有学校 {school!r}。现有: {', '.join(sorted(context.policies))}")
        user = add_user(context.store, name, display, grants, context.clock(), post=post, password=password)
        typer.echo(f"已添加 {user.display}（{user.name}）：{_roles(user)}。")
        if not password:
            typer.echo(_link(context, user))


@commands.command("list")
def listed(ctx: typer.Context, form: FormatOption = Format.TEXT) -> None:
    """列出登录账号。"""
    with asked(ctx).context() as context:
        found = context.store.users.all()
    if form == Format.TEXT and not found:
        typer.echo("还没有登录账号。请执行 xunjian user add 登录名 --display 姓名 --role admin 添加管理员。")
    else:
        print_rows(map(_row, found), form, _line)


@commands.command("passwd")
def passwd(ctx: typer.Context, name: UserName, password_stdin: PasswordStdinOption = False) -> None:
    """更改密码，并退出这个账号的所有登录。不用 --password-stdin 时，打印一个由本人设置密码的一次性链接。"""
    password = _typed() if password_stdin else ""
    with asked(ctx).context() as context:
        if not password_stdin:
            typer.echo(_link(context, require_user(context.store, name)))
            return
        user = set_password(context.store, name, password, context.clock())
    typer.echo(f"已更改 {user.display}（{user.name}）的密码，原来的登录都已退出。")


@commands.command("disable")
def disable(ctx: typer.Context, name: UserName) -> None:
    """停用账号，并退出它的所有登录；已作的决定和记录保留。"""
    with asked(ctx).context() as context:
        user = disable_user(context.store, name, context.clock())
    typer.echo(f"已停用 {user.display}（{user.name}），原来的登录都已退出。")


@commands.command("enable")
def enable(ctx: typer.Context, name: UserName) -> None:
    """恢复一个停用的账号。"""
    with asked(ctx).context() as context:
        user = disable_user(context.store, name, context.clock(), disabled=False)
    typer.echo(f"已恢复 {user.display}（{user.name}）。")


def _typed() -> str:
    """The password on standard input: one line, blanks in it are part of it."""
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise InvalidInput("标准输入里没有密码。请这样写: xunjian user passwd 登录名 --password-stdin < 密码文件")
    return password


def _link(context: AppContext, user: User) -> str:
    from monitors.service.startup import address  # web server and demo: only where they are needed

    token = password_link(context.store, user, context.clock())
    base = context.settings.base_url.rstrip("/") or address(context.settings).rstrip("/")
    return f"请把这个链接交给本人，用来设置自己的密码（72 小时内有效，只能用一次）：\n{base}/setup/{token}"


def _roles(user: User) -> str:
    return "、".join(_grant(grant.role, grant.school, grant.unit) for grant in user.grants)


def _grant(role: str, school: str, unit: str) -> str:
    return RoleGrant(Role(role), school, unit).text + (f"［{school}］" if school else "")


def _row(known: UserRecord) -> dict[str, Any]:
    user = known.user
    return {
        "name": user.name,
        "display": user.display,
        "post": user.post,
        "roles": [role.value for role in user.roles],
        "grants": [{"role": g.role.value, "school": g.school, "unit": g.unit} for g in user.grants],
        "disabled": user.disabled,
        "password": known.password,
        "totp": known.totp,
        "created_at": iso(known.created_at),
        "last_sign_in_at": iso(known.signed_in_at),
    }


def _line(row: dict[str, Any]) -> str:
    last = f"{row['last_sign_in_at'][:16].replace('T', ' ')} 登录过" if row["last_sign_in_at"] else "没有登录过"
    roles = "、".join(_grant(**grant) for grant in row["grants"])
    state = "　已停用" if row["disabled"] else ""
    return f"{row['name']}　{row['display']}　{row['post'] or '—'}　{roles}　{last}{state}"
