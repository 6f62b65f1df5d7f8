# shellcheck shell=bash
# What the scripts share: messages, packages, the Python environment. Sourced, never run.
#
# Everything here can be run again and again: what is present is left alone. Nothing is installed outside apt and the
# folders .venv and .cache of this repository.

# The top folder of the repository, for the scripts that source this file.
# shellcheck disable=SC2034
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# How binaries for use are built: with Swift's libraries inside, and without the search for overlapping access that debug builds do
# (docs/decisions/0019), which make a message some 30 % cheaper. All of them with the same options, so that nothing is compiled
# twice; Makefile and Dockerfile have them too.
# shellcheck disable=SC2034
release=(-c release --static-swift-stdlib -Xswiftc -enforce-exclusivity=unchecked)

say() { printf '==> %s\n' "$*" >&2; }

fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

as_root() {
    if [[ $(id -u) -eq 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "not root and no sudo; run this as root: $*"
    fi
}

# install_packages <package>...: installs what is missing, with one `apt-get update` before the first installation.
install_packages() {
    local package missing=()
    for package in "$@"; do
        [[ $(dpkg-query -W -f='${Status}' "$package" 2>/dev/null) == *"ok installed" ]] || missing+=("$package")
    done
    [[ ${#missing[@]} -gt 0 ]] || return 0
    command -v apt-get >/dev/null || fail "please install with your package manager: ${missing[*]}"
    say "installing ${missing[*]}"
    if [[ -z ${packages_are_fresh:-} ]]; then
        as_root apt-get update -qq || fail "apt-get update failed; is there a network?"
        packages_are_fresh=yes
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2 ||
        fail "apt-get install ${missing[*]} failed"
}

# need_command <command> <package>...: installs the packages when the command is not there, from wherever it may come.
need_command() {
    command -v "$1" >/dev/null || install_packages "${@:2}"
    command -v "$1" >/dev/null || fail "$1 is still missing after installing ${*:2}"
}

need_swift() {
    local version
    command -v swift >/dev/null || fail "Swift is missing; install 6.2 or newer from https://www.swift.org/install"
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
    [[ $(printf '6.2\n%s\n' "$version" | sort -V | head -n 1) == 6.2 ]] ||
        fail "Swift $version is too old; install 6.2 or newer from https://www.swift.org/install"
    # SwiftPM clones the dependencies with git.
    need_command git git ca-certificates
}

# need_hiredis: the C library that reads what Redis says, with its header.
need_hiredis() {
    [[ -e /usr/include/hiredis/hiredis.h ]] || install_packages libhiredis-dev
}

# need_curl: Foundation's network part is made of it, and has to be linked with it. Debian and Ubuntu have the header in a folder of
# the processor's name.
need_curl() {
    compgen -G '/usr/include/*/curl/curl.h' >/dev/null || [[ -e /usr/include/curl/curl.h ]] ||
        install_packages libcurl4-openssl-dev
}

# need_haproxy: Debian has it in a folder that is not on everybody's path.
need_haproxy() {
    command -v haproxy >/dev/null || [[ -x /usr/sbin/haproxy ]] || install_packages haproxy
}

# need_python: the environment .venv with exactly Tests/integration/requirements.txt, made anew when that file changes.
need_python() {
    local requirements="$root/Tests/integration/requirements.txt" stamp="$root/.venv/requirements.sha256" wanted
    need_command python3 python3
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' || fail "Python 3.10 or newer is needed"
    python3 -c 'import venv, ensurepip' 2>/dev/null || install_packages python3-venv
    wanted="$(python3 --version) $(sha256sum <"$requirements")"
    [[ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]] || return 0
    say "preparing the Python environment in .venv"
    rm -rf "$root/.venv"
    python3 -m venv "$root/.venv" || fail "python3 -m venv failed"
    "$root/.venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements" ||
        fail "pip install failed; is there a network?"
    printf '%s' "$wanted" >"$stamp"
}

# need_browser: Chromium with its driver, for the tests of the developer page. Ubuntu names the packages differently.
need_browser() {
    if command -v chromedriver >/dev/null && { command -v chromium || command -v google-chrome; } >/dev/null; then
        return 0
    elif grep -q '^ID=ubuntu' /etc/os-release 2>/dev/null; then
        install_packages chromium-browser chromium-chromedriver
    else
        install_packages chromium chromium-driver
    fi
}
