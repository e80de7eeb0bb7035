"""The one Settings: defaults, then DATA/settings.toml, then XUNJIAN_… in the environment; secrets only from there."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from crawler.platforms.authorized_api import ApiCredential
from monitors.settings_errors import explain, explain_toml
from monitors.settings_names import FormerVariables, SettingsFile, unknown_variables
from rules.bridges import CONTROLS
from rules.model import Platform
from rules.retention import DISMISSED_KEPT, PERSONAL_KEPT, RetentionPeriods


class SettingsError(Exception):
    """The settings cannot be used. Raised by `load_settings`; the CLI prints it and exits 2."""


TOKEN_VARIABLE = "XUNJIAN_CONSOLE_TOKEN"  # noqa: S105
SHARED_ACCESS_ENDED = (
    "控制台的共用口令（XUNJIAN_CONSOLE_TOKEN，或 settings.toml 里的 console_token）已取消，改为每人一个账号。请删除这项设置，"
    "再启动服务并打开首次启动时显示的链接建立管理员账号，或执行 xunjian user add 登录名 --display 姓名 --role admin 建立账号。"
)


class CanarySetting(BaseModel):
    """An account whose state is known, as an operator writes it."""

    model_config = ConfigDict(extra="forbid")

    platform: Platform
    name: str
    account_id: str = ""
    url: str = ""
    alive: bool = True


class BridgeSetting(BaseModel):
    """A feed bridge that the school runs (wewe-rss, we-mp-rss, RSSHub, Wechat2RSS), as an operator writes it."""

    model_config = ConfigDict(extra="forbid")

    base: str
    controls: tuple[str, ...]

    @model_validator(mode="after")
    def _measurable(self) -> BridgeSetting:
        if not self.base.startswith(("http://", "https://")):
            raise ValueError("base 应写订阅服务的网址，如 http://rss.example.edu.cn")
        if len(set(self.controls)) < CONTROLS:
            raise ValueError(f"controls 至少写 {CONTROLS} 个每天更新的账号（平台:标识），用来判断订阅服务是否正常")
        return self


class CredentialSetting(BaseModel):
    """An account's own authorisation, as an operator writes it: app_id and secret (WeChat), or token (Weibo)."""

    model_config = ConfigDict(extra="forbid")

    app_id: str = ""
    secret: SecretStr = SecretStr("")
    token: SecretStr = SecretStr("")
    whole: bool = False

    @model_validator(mode="after")
    def _either(self) -> CredentialSetting:
        if bool(self.token.get_secret_value()) == bool(self.app_id and self.secret.get_secret_value()):
            raise ValueError("微信公众号填写 app_id 和 secret，微博填写 token，二者只填其一")
        return self


class RecipientsSetting(BaseModel):
    """Who gets which page of one school, as an operator writes it."""

    model_config = ConfigDict(extra="forbid")

    digest: tuple[str, ...] | None = None
    leader: tuple[str, ...] | None = None
    it: tuple[str, ...] | None = None


class Settings(BaseSettings):
    """Everything an operator may set. Times are Asia/Shanghai; nothing below monitors/ reads the environment."""

    model_config = SettingsConfigDict(env_prefix="XUNJIAN_", extra="forbid", validate_default=True)

    data: Path = Field(default=Path("var"), description="数据目录：数据库、存证、发件箱")
    database_url: SecretStr | None = Field(default=None, description="PostgreSQL 地址；不填则用数据目录里的 SQLite")
    host: str = Field(default="127.0.0.1", description="控制台监听地址")
    port: int = Field(default=8765, ge=1, le=65535, description="控制台端口")
    base_url: str = Field(default="", description="控制台对外网址，用于日报里的链接")
    contact: str = Field(default="mailto:admin@localhost", description="写在访问标识里的联系方式，供被访问网站联系")
    trusted_proxies: tuple[str, ...] = Field(
        default=(), description="控制台前面的反向代理的地址段（CIDR）；只相信它们报来的访问者地址"
    )
    cas_url: str = Field(default="", description="校园统一身份认证（CAS）网址，如 https://cas.example.edu.cn/cas")
    cas_version: Literal["2", "3"] = Field(default="3", description="CAS 协议版本")
    oidc_issuer: str = Field(default="", description="校园统一身份认证（OIDC）的颁发者网址")
    oidc_client_id: str = Field(default="", description="OIDC 客户端标识")
    oidc_client_secret: SecretStr = Field(default=SecretStr(""), description="OIDC 客户端密钥")
    oidc_claim: str = Field(default="sub", description="OIDC 中作为登录名的声明；须是本人不能自行更改的，如工号")
    allowed_ranges: tuple[str, ...] = Field(default=(), description="允许访问的校内地址段（CIDR）")
    channels: tuple[SecretStr, ...] = Field(default=(), description="通知渠道")
    digest_recipients: tuple[str, ...] = Field(default=(), description="日报收件人邮箱")
    leader_recipients: tuple[str, ...] = Field(default=(), description="周报、月报收件人邮箱（分管领导）")
    it_recipients: tuple[str, ...] = Field(default=(), description="运行情况和运行告警的收件人邮箱（信息中心）")
    recipients: dict[str, RecipientsSetting] = Field(
        default={}, description="个别学校自己的收件人，按学校代码：digest、leader、it；写了的代替上面三项"
    )
    unit_digest: bool = Field(
        default=False, description="有需要办理的事项时，每天把各单位自己的部分发到台账里的单位邮箱"
    )
    quiet_hours: str = Field(
        default="", description="夜间免打扰时段，如 21:00-07:00；期间只发即时提醒，其余到时再发；不填则随时发送"
    )
    quiet_holidays: bool = Field(default=False, description="法定节假日和周末只发即时提醒，其余到下一个工作日再发")
    mailboxes: dict[str, tuple[str, ...]] = Field(
        default={}, description="各角色的收件邮箱：supervisor、propaganda、it、leaders、school"
    )
    office: str = Field(
        default="", description="发文机关名称，制度文件没有写 office 的学校使用；两处都没有的，文书不编号、不印发"
    )
    office_contact: str = Field(default="党委宣传部", description="公文附注里的联系部门")
    office_phone: str = Field(default="", description="公文附注里的办公电话")
    templates: Path | None = Field(default=None, description="学校自己的公文模板目录")
    evidence_budget_gb: float | None = Field(
        default=None,
        gt=0,
        description="存证最多占用多少 GB；用到九成时告警，不会停止记录，也不会因此删除；不填则只看磁盘剩余",
    )
    personal_kept_days: int = Field(
        default=PERSONAL_KEPT.days,
        ge=30,
        description="个人账号的疑似记录、即时核查的记录和它们的存证保存多少天，自最近一次发现或作出决定起算；确认属实的不到期",
    )
    dismissed_kept_days: int = Field(
        default=DISMISSED_KEPT.days,
        ge=30,
        description="已排除的疑似账号（单位账号、网站）的存证保存多少天，自排除之日起算；决定本身一直保留",
    )
    policies: Path | None = Field(default=None, description="学校自己的制度文件目录；默认为数据目录下的 policies")
    browser: str = Field(default="", description="浏览器路径；不填则自动查找 chromium")
    crawl_processes: int = Field(default=2, ge=1, le=16, description="同时运行的采集进程数")
    crawl_timeout_seconds: float = Field(default=1800, gt=0, description="一个采集进程最长运行秒数")
    crawl_memory_mb: int = Field(
        default=1024, ge=256, description="一个采集进程最多使用的内存（MB）；带浏览器时浏览器各进程分别计算"
    )
    egress: str = Field(
        default="default",
        pattern=r"^[a-z0-9-]{1,32}$",
        description="本机访问外网的出口名称；多台机器从不同的公网地址访问时各起一个名称，访问节奏和遇到拦截后的暂停按出口分别计算",
    )
    accounts_per_process: int = Field(default=200, ge=1, description="一个采集进程最多负责的账号数")
    delay_seconds: float | None = Field(default=None, ge=0, description="同一主机两次访问的间隔；不填则按平台默认")
    sources: dict[str, tuple[str, ...]] = Field(
        default={}, description="各账号（平台:标识）的补充来源网址，如学校自建的 RSS、公众号合集；只作为佐证"
    )
    inbox: SecretStr | None = Field(
        default=None,
        description="收件邮箱 imaps://用户名:口令@邮件服务器/文件夹：各单位可把最新内容的链接发到这里，系统读取后答复",
    )
    bridges: dict[str, BridgeSetting] = Field(
        default={},
        description="学校自建的订阅服务：网址 base 和至少三个每天更新的对照账号 controls；对照账号不新鲜时不据此询问",
    )
    grants: dict[str, CredentialSetting] = Field(
        default={}, description="各账号（平台:标识）自己的官方接口授权：微信 app_id 和 secret，微博 token"
    )
    canaries: tuple[CanarySetting, ...] = Field(
        default=(), description="哨兵账号：已知在更新或已知注销，用来判断采集是否可信"
    )
    timestamp_url: SecretStr | None = Field(
        default=None, description="时间戳机构（RFC 3161）的网址，每天为存证的链首取一个时间戳；不填则不取"
    )
    timestamp_ca: Path | None = Field(default=None, description="时间戳机构的根证书（PEM 文件），用来检查时间戳的签名")
    log_format: Literal["console", "json"] = Field(
        default="console", description="服务日志的格式：给人看的一行，或每行一个 JSON"
    )
    metrics_accounts: bool = Field(
        default=False, description="监控指标中为每个在册账号各列一项（账号多时数据量大，仅在需要逐个查看时打开）"
    )
    evidence_store: str = Field(
        default="",
        description="各主机共用的存证存储：共享目录，或 s3://桶/前缀（MinIO、Garage 等；地址和密钥写在环境变量 AWS_ENDPOINT_URL、AWS_ACCESS_KEY_ID、AWS_SECRET_ACCESS_KEY）；不填则存证只在本机数据目录",
    )
    platform_egress: dict[str, str] = Field(
        default={},
        description="只从指定出口访问的平台：平台代码 = 出口名称，由设置 egress 是这个名称的 xunjian worker 执行；仅在使用 PostgreSQL 时有效",
    )
    job_timeout_seconds: float = Field(
        default=7200,
        gt=0,
        description="多个 worker 时，一项后台任务最长执行秒数，超过即中止；仅在使用 PostgreSQL 时有效",
    )
    stalled_seconds: float = Field(
        default=30,
        gt=0,
        le=60,
        description="worker 多少秒没有报告存活即视为已停止，手中的任务由其他 worker 接手；仅在使用 PostgreSQL 时有效",
    )
    demo: bool = Field(default=False, description="演示模式")

    @field_validator("allowed_ranges", "trusted_proxies")
    @classmethod
    def _ranges(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            try:
                ip_network(text)
            except ValueError as error:
                raise ValueError(f"“{text}”不是地址段，应写作 10.8.0.0/16（主机位为 0）") from error
        return value

    @field_validator("quiet_hours")
    @classmethod
    def _hours(cls, value: str) -> str:
        if value and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", value):
            raise ValueError(f"“{value}”应写作 21:00-07:00 这样的时段")
        return value

    @model_validator(mode="after")
    def _campus_login(self) -> Settings:
        if (self.cas_url or self.oidc_issuer) and not self.base_url:
            raise ValueError("使用统一身份认证时要填写 base_url（控制台对外网址），认证后才能回到控制台")
        if self.oidc_issuer and not (self.oidc_client_id and self.oidc_client_secret.get_secret_value()):
            raise ValueError("填写 oidc_issuer 时，oidc_client_id 和 oidc_client_secret 也要填写")
        return self

    @model_validator(mode="after")
    def _timestamps(self) -> Settings:
        if self.timestamp_url:
            if not self.timestamp_url.get_secret_value().startswith(("http://", "https://")):
                raise ValueError("timestamp_url 应写时间戳机构的网址，如 https://tsa.example.cn/tsr")
            if self.timestamp_ca is None:
                raise ValueError("填写 timestamp_url 时，timestamp_ca（时间戳机构的根证书，PEM 文件）也要填写")
        return self

    @field_validator("inbox")
    @classmethod
    def _mailbox(cls, value: SecretStr | None) -> SecretStr | None:
        if value:
            from monitors.mailbox import Mailbox  # mail is no business of most commands

            Mailbox.of(value.get_secret_value())
        return value

    @field_validator("grants")
    @classmethod
    def _granted(cls, value: dict[str, CredentialSetting]) -> dict[str, CredentialSetting]:
        for key, grant in value.items():
            platform, _, account = key.partition(":")
            if not account or platform != ("weibo" if grant.token.get_secret_value() else "wechat"):
                raise ValueError(f"{key} 应写作 wechat:gh_…（填 app_id 和 secret）或 weibo:数字标识（填 token）")
        return value

    def grant(self, key: str) -> ApiCredential | None:
        """The authorisation of this account, or None."""
        written = self.grants.get(key)
        if written is None:
            return None
        return ApiCredential(
            app_id=written.app_id,
            secret=written.secret.get_secret_value(),
            token=written.token.get_secret_value(),
            whole=written.whole,
        )

    @property
    def retention(self) -> RetentionPeriods:
        """How long what was found about strangers is kept."""
        return RetentionPeriods(timedelta(days=self.personal_kept_days), timedelta(days=self.dismissed_kept_days))

    @property
    def database(self) -> str:
        """The database URL in force."""
        from storage.database import url_of  # the database comes with it: not for commands that open none

        return url_of(self.data, self.database_url.get_secret_value() if self.database_url else None)

    @property
    def policy_folder(self) -> Path:
        """Where a school's own policy files are looked for before the packaged ones."""
        return self.policies or self.data / "policies"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Command line, then environment, then the file."""
        data = init_settings.init_kwargs.get("data") or env_settings().get("data") or "var"  # type: ignore[attr-defined]
        file = Path(str(data)) / "settings.toml"
        former = FormerVariables(settings_cls, os.environ)
        return (init_settings, env_settings, former, SettingsFile(settings_cls, toml_file=file))


def load_settings(**given: Any) -> Settings:
    """The settings in force; ``given`` come from the command line. Raises SettingsError with every problem and its place."""
    if any(name.upper() == TOKEN_VARIABLE and value.strip() for name, value in os.environ.items()):
        raise SettingsError(SHARED_ACCESS_ENDED)
    typed = {name: value for name, value in given.items() if value is not None}
    file = settings_file(typed)
    try:
        settings = Settings(**typed)
    except ValidationError as error:
        if any(e["loc"] == ("console_token",) for e in error.errors()):
            raise SettingsError(SHARED_ACCESS_ENDED) from error
        lines = explain(error, file=file, given=typed, environ=os.environ, known=Settings.model_fields)
        raise SettingsError(f"设置有误，请改正后再试：\n{lines}") from error
    except (ValueError, OSError) as error:
        raise SettingsError(explain_toml(error, file)) from error
    mentioned = " ".join(url.get_secret_value() for url in settings.channels)
    if strange := unknown_variables(os.environ, Settings.model_fields, mentioned):
        raise SettingsError("\n".join(["设置有误，请改正后再试：", *(f"  {each}" for each in strange)]))
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"不能建立数据目录 {settings.data}: {error.strerror}。请换一个目录（--data）或检查权限。"
        ) from error
    return settings


def settings_file(given: Mapping[str, Any]) -> Path:
    """Where the settings file is, or would be."""
    return Path(str(given.get("data") or os.environ.get("XUNJIAN_DATA") or "var")) / "settings.toml"
