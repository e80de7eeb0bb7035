"""A command typed wrongly, told in Chinese: what is wrong, how the command is written, where the help is."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from monitors.validation import sentence


def explain(error: Any) -> str:
    """The whole message for an error of the command line parser. Its classes are the parser's own business: they are told
    apart by what they carry."""
    lines = [f"错误: {_problem(error)}"]
    if context := getattr(error, "ctx", None):
        lines += [str(context.get_usage()), f"查看说明: {context.command_path} --help"]
    return "\n".join(lines)


def _problem(error: Any) -> str:
    kind, text = type(error).__name__, str(getattr(error, "message", error))
    if kind == "NoSuchOption":
        alike = "、".join(error.possibilities or ())
        return f"没有选项 {error.option_name}" + (f"，是不是 {alike}？" if alike else "")
    if kind == "BadOptionUsage":
        return f"选项 {error.option_name} 后面要写一个值" if "requires" in text else f"选项 {error.option_name} 不带值"
    if kind == "MissingParameter":
        return f"缺少{_place(error)}".strip()
    if kind == "BadParameter":
        return f"{_place(error)}写得不对：{_value(error)}"
    quoted = text.split("'")
    if "No such command" in text and len(quoted) > 1:
        return f"没有命令“{quoted[1]}”"
    if "unexpected extra argument" in text:
        return f"多写了参数 {text.rpartition('(')[2].rstrip(')')}"
    if kind == "NoArgsIsHelpError":
        return "还要写出用哪个子命令，可用的列在上面"
    return "命令不完整" if "Missing" in text else "命令的写法不对"


def _place(error: Any) -> str:
    parameter = error.param
    if parameter is None:
        return str(error.param_hint or "参数")
    if getattr(parameter, "param_type_name", "") == "option":
        return f"选项 {max(parameter.opts, key=len)} "
    return f"参数 {parameter.name} "


def _value(error: Any) -> str:
    cause = error.__cause__
    if isinstance(cause, ValidationError):
        found = cause.errors()[0]
        return f"“{found['input']}”{sentence(found)}"
    return sentence({"type": "value_error", "msg": str(error.message)})
