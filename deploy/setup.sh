#!/usr/bin/env bash
# Makes .venv and installs the system packages a purpose needs: setup.sh run|dev PYTHON VENV
set -euo pipefail
purpose=$1 python=$2 venv=$3
root=$(cd "$(dirname "$0")/.." && pwd)

has_command() { local c; for c in "$@"; do command -v "$c" >/dev/null && return 0; done; return 1; }
has_browser() { has_command chromium chromium-browser google-chrome google-chrome-stable; }
has_cjk_font() { [[ -n $(find /usr/share/fonts -iname '*cjk*' -print -quit 2>/dev/null) ]]; }
has_driver_library() { /sbin/ldconfig -p | grep -q 'libatomic\.so\.1'; }  # what Playwright's driver links to
has_postgres() { compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || has_command postgres; }
has_promtool() { has_command promtool; }
has_venv() { "$python" -c 'import ensurepip' 2>/dev/null; }

missing=()
want() { "$1" || missing+=("$2"); }  # want TEST DEBIAN-PACKAGE

as_root() { if [[ $(id -u) -eq 0 ]]; then "$@"; else sudo -n "$@"; fi; }

install_missing() {
  [[ ${#missing[@]} -eq 0 ]] && return
  if has_command apt-get && as_root true 2>/dev/null; then
    echo "安装系统软件包: ${missing[*]}"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    missing=()
  fi
}

make_venv() {
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更新版本，当前: $("$python" --version)" >&2; exit 1; }
  [[ -x $venv/bin/pip ]] || "$python" -m venv "$venv"
}

write_command() {  # the project is not installed as a package: a .pth and a launcher make it importable and runnable
  "$venv/bin/python" - "$root" "$venv" <<'P'
import pathlib, sys, sysconfig
root, venv = sys.argv[1], pathlib.Path(sys.argv[2])
pathlib.Path(sysconfig.get_path("purelib"), "xunjian.pth").write_text(root + "\n", encoding="utf-8")
launcher = venv / "bin" / "xunjian"
launcher.write_text(f"#!{venv.resolve()}/bin/python\nfrom monitors.cli.main import main\n\nmain()\n", encoding="utf-8")
launcher.chmod(0o755)
P
}

want has_venv python3-venv; want has_browser chromium; want has_driver_library libatomic1; want has_cjk_font fonts-noto-cjk
case $purpose in
  run) locks=(-r "$root/requirements.lock") ;;
  dev) want has_postgres postgresql; want has_promtool prometheus; locks=(-r "$root/requirements-dev.lock") ;;
  *) echo "用法: setup.sh run|dev PYTHON VENV" >&2; exit 2 ;;
esac
install_missing
if [[ ${#missing[@]} -gt 0 ]]; then
  echo "缺少系统软件包: ${missing[*]}" >&2
  echo "请管理员执行: apt-get install ${missing[*]}，然后重新运行 make。" >&2
  # Without a browser the service still runs and says what it cannot see; the tests need everything.
  [[ $purpose == run && " ${missing[*]} " != *" python3-venv "* ]] || exit 1
fi
make_venv
"$venv/bin/pip" install -q --disable-pip-version-check --require-hashes "${locks[@]}"
write_command
