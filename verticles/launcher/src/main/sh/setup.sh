# shellcheck shell=sh
# The setup machinery of ./nereid: sourced, never run by itself. It makes a Debian or Ubuntu host able to run containers
# that can move: runc, conmon, iproute2, nftables and a CRIU that passes `criu check`. docs/setup.md is its manual.
#
# Expects NEREID_PREFIX, NEREID_NAME and the functions say, warn and die of the nereid script.

SETUP_KEYRINGS=${SETUP_KEYRINGS:-/usr/share/keyrings}
SETUP_APT_ETC=${SETUP_APT_ETC:-/etc/apt}
SETUP_OS_RELEASE=${SETUP_OS_RELEASE:-/etc/os-release}
# The Debian release whose CRIU is used when the host's own does not work, and where it is when no source of the host has it.
SETUP_CRIU_SUITE=trixie
SETUP_DEBIAN_MIRROR=http://deb.debian.org/debian
SETUP_TEMP=

# Command and the package that has it, one pair a line.
setup_requirements() {
  cat <<'END'
runc runc
conmon conmon
ip iproute2
nft nftables
unshare util-linux
nsenter util-linux
mount mount
tar tar
END
}

# One line about a command that works, nothing and status 1 for one that is missing or broken.
setup_version_of() {
  case $1 in
    ip) timeout 10 ip -V ;;
    criu) setup_criu_version "$(command -v criu)" ;;
    *) timeout 10 "$1" --version ;;
  esac 2>/dev/null | {
    IFS= read -r setup_line || exit 1
    printf '%s\n' "$setup_line"
  }
}

setup_criu_version() {
  timeout 10 "$1" --version 2>/dev/null | sed -n 's/^Version: */CRIU /p'
}

# `criu check` wants root and writes its findings to standard error; its status is the answer.
setup_criu_works() {
  [ -n "$1" ] && timeout 60 "$1" check >/dev/null 2>&1
}

# The names of what is missing or does not work, one a line.
setup_missing() {
  setup_requirements | while read -r setup_command setup_package; do
    setup_version_of "$setup_command" >/dev/null || echo "$setup_command"
  done
  setup_criu_works "$(command -v criu || true)" || echo criu
}

setup_missing_demo() {
  [ "$("$NEREID_PREFIX/demo/busybox/bin/busybox" echo works 2>/dev/null)" = works ] || echo busybox
  timeout 10 chroot "$NEREID_PREFIX/demo/redis" /usr/bin/redis-server --version >/dev/null 2>&1 || echo redis
}

setup_package_of() {
  setup_requirements | while read -r setup_command setup_package; do
    [ "$setup_command" != "$1" ] || echo "$setup_package"
  done
}

setup_report() {
  setup_requirements | while read -r setup_command setup_package; do
    if setup_line=$(setup_version_of "$setup_command"); then
      say "ok       $setup_command ($(command -v "$setup_command")): $setup_line"
    else
      say "missing  $setup_command: package $setup_package"
    fi
  done
  setup_criu=$(command -v criu || true)
  if [ -z "$setup_criu" ]; then
    say "missing  criu"
  elif setup_criu_works "$setup_criu"; then
    say "ok       criu ($setup_criu): $(setup_criu_version "$setup_criu"), passes 'criu check'"
  else
    say "broken   criu ($setup_criu): $(setup_criu_version "$setup_criu") fails 'criu check' on kernel $(uname -r)"
  fi
}

# apt-get with a deadline, without questions; what it says is shown only when it fails for good.
setup_apt() {
  DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l timeout -k 10 "${SETUP_APT_DEADLINE:-900}" \
    apt-get -q -y -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 "$@" </dev/null >"$SETUP_TEMP/apt.log" 2>&1
}

setup_apt_failed() {
  warn "$1; apt said:"
  tail -n 20 "$SETUP_TEMP/apt.log" | sed 's/^/  /' >&2
  return 1
}

# Runs setup_apt with the arguments, and once more after an update of the package lists: they may be empty or old.
setup_apt_fresh() {
  setup_apt "$@" && return 0
  [ -z "${setup_lists_updated:-}" ] || return 1
  setup_lists_updated=yes
  cp "$SETUP_TEMP/apt.log" "$SETUP_TEMP/apt.first.log"
  setup_apt update || return 1
  say "updated the package lists (apt-get update)"
  setup_apt "$@"
}

setup_install() {
  setup_apt_fresh install --no-install-recommends "$@" || setup_apt_failed "could not install $*" || return 1
  for setup_package in "$@"; do
    say "installed package $setup_package $(dpkg-query -W -f '${Version}' "$setup_package" 2>/dev/null)"
  done
}

# A configuration for an apt that knows the host's proxies but none of its sources, packages or caches.
# $1: directory, $2: file with the sources. Prints the configuration's path.
setup_private_apt() {
  mkdir -p "$1/lists/partial" "$1/cache/archives/partial" || return 1
  : >"$1/status"
  {
    apt-config dump | grep '^Acquire::' || true
    printf '%s "%s";\n' Dir::Etc::Main /dev/null Dir::Etc::Parts /dev/null Dir::Etc::sourceparts /dev/null \
      Dir::Etc::preferences /dev/null Dir::Etc::preferencesparts /dev/null Dir::Etc::sourcelist "$2" \
      Dir::State::Lists "$1/lists" Dir::State::status "$1/status" Dir::State::extended_states "$1/extended_states" \
      Dir::Cache "$1/cache" Dir::Cache::pkgcache '' Dir::Cache::srcpkgcache ''
  } >"$1/apt.conf"
  echo "$1/apt.conf"
}

# The archives that the host's own apt sources name (both formats) and that may be a Debian or Ubuntu main archive: one URI a line,
# those called …/debian first. $1: the apt directory, normally /etc/apt.
setup_archives() {
  {
    for setup_file in "$1/sources.list" "$1"/sources.list.d/*.list; do
      [ ! -f "$setup_file" ] || setup_archives_one_line <"$setup_file"
    done
    for setup_file in "$1"/sources.list.d/*.sources; do
      [ ! -f "$setup_file" ] || setup_archives_deb822 <"$setup_file"
    done
  } | awk '!seen[$0]++ { if ($0 ~ /\/(debian|ubuntu)$/) print; else rest[++n] = $0 } END { for (i = 1; i <= n; i++) print rest[i] }'
}

# deb [options] URI suite component…
setup_archives_one_line() {
  sed -e 's/#.*//' -e 's/\[[^]]*\]//' | awk '
    $1 == "deb" && $2 !~ /^cdrom:/ && $3 !~ /security|\// {
      for (i = 4; i <= NF; i++) if ($i == "main") { sub(/\/+$/, "", $2); print $2; break }
    }'
}

# Stanzas of "Field: value…", continued by indented lines, separated by empty lines.
setup_archives_deb822() {
  awk '
    function flush(   n, i, uri, suite, comp, use) {
      use = value["enabled"] !~ /^ *(no|false|0|off)/ && (" " value["types"] " ") ~ / deb /
      use = use && (" " value["components"] " ") ~ / main /
      suite = 0
      n = split(value["suites"], part, " ")
      for (i = 1; i <= n; i++) if (part[i] !~ /security|\//) suite = 1
      n = split(value["uris"], part, " ")
      for (i = 1; use && suite && i <= n; i++) if (part[i] !~ /^cdrom:/) { sub(/\/+$/, "", part[i]); print part[i] }
      split("", value); field = ""
    }
    /^#/ { next }
    /^[ \t]*$/ { flush(); next }
    /^[ \t]/ { value[field] = value[field] " " $0; gsub(/\t/, " ", value[field]); next }
    { colon = index($0, ":"); field = tolower(substr($0, 1, colon - 1)); value[field] = substr($0, colon + 1); gsub(/\t/, " ", value[field]) }
    END { flush() }'
}

# Where to look for the Debian release with a newer CRIU: what the administrator said, the host's own mirror, the public one.
setup_debian_mirrors() {
  {
    [ -z "${NEREID_DEBIAN_MIRROR:-}" ] || echo "$NEREID_DEBIAN_MIRROR"
    setup_archives "$SETUP_APT_ETC" | sed 's,/ubuntu$,/debian,' | head -n 5
    echo "$SETUP_DEBIAN_MIRROR"
  } | awk '!seen[$0]++'
}

# A URI without the user and password that it may hold.
setup_show_uri() {
  printf '%s\n' "$1" | sed 's,//[^/@]*@,//,'
}

setup_debian_keyring() {
  for setup_file in "$SETUP_KEYRINGS/debian-archive-keyring.pgp" "$SETUP_KEYRINGS/debian-archive-keyring.gpg"; do
    [ ! -s "$setup_file" ] || { echo "$setup_file"; return 0; }
  done
  return 1
}

setup_unpack() {
  mkdir -p "$2"
  setup_count=0
  for setup_file in "$1"/*.deb; do
    [ -f "$setup_file" ] || continue
    dpkg -x "$setup_file" "$2" || return 1
    setup_count=$((setup_count + 1))
  done
  [ "$setup_count" -gt 0 ]
}

# The library directories and the loader inside an unpacked tree, whatever the architecture and whether /usr is merged.
setup_library_path() {
  find "$1" -name 'lib*.so.*' ! -path '*/gconv/*' -print | sed 's,/[^/]*$,,' | sort -u | tr '\n' ':' | sed 's/:$//'
}

setup_loader() {
  find "$1" \( -type f -o -type l \) -name 'ld-linux*.so.*' -print | sort | while read -r setup_file; do
    # A link that is absolute leads out of the tree, to the host's own loader.
    case $(readlink "$setup_file") in /*) continue ;; esac
    [ ! -x "$setup_file" ] || echo "$setup_file"
  done | head -n 1
}

# The distribution's CRIU is tried before it is installed, so that one that fails leaves nothing behind.
setup_criu_from_distribution() {
  setup_try=$SETUP_TEMP/distribution
  mkdir -p "$setup_try/archives/partial"
  setup_apt_fresh -o Dir::Cache::Archives="$setup_try/archives/" install --no-install-recommends --download-only criu || {
    say "the distribution has no package criu"
    return 1
  }
  setup_unpack "$setup_try/archives" "$setup_try/root" || {
    say "the distribution has no newer criu than the one installed"
    return 1
  }
  setup_binary=$(find "$setup_try/root" -path '*/sbin/criu' -print | head -n 1)
  printf '#!/bin/sh\nLD_LIBRARY_PATH=%s exec %s "$@"\n' "$(setup_library_path "$setup_try/root")" "$setup_binary" >"$setup_try/criu"
  chmod 755 "$setup_try/criu"
  if ! setup_criu_works "$setup_try/criu"; then
    say "the distribution's $(setup_criu_version "$setup_try/criu") fails 'criu check' on kernel $(uname -r): not installed"
    return 1
  fi
  setup_apt -o Dir::Cache::Archives="$setup_try/archives/" install --no-install-recommends criu ||
    setup_apt_failed "could not install criu" || return 1
  say "installed package criu $(dpkg-query -W -f '${Version}' criu 2>/dev/null)"
}

# A newer Debian's CRIU with its own libraries and loader, in a directory of its own: the host's libc stays what it is.
setup_criu_from_debian() {
  if ! setup_keyring=$(setup_debian_keyring); then
    setup_install debian-archive-keyring || return 1
    setup_keyring=$(setup_debian_keyring) || { warn "no Debian archive keyring in $SETUP_KEYRINGS"; return 1; }
  fi
  for setup_mirror in $(setup_debian_mirrors); do
    rm -rf --one-file-system "$SETUP_TEMP/debian"
    mkdir -p "$SETUP_TEMP/debian"
    echo "deb [signed-by=$setup_keyring] $setup_mirror $SETUP_CRIU_SUITE main" >"$SETUP_TEMP/debian/sources.list"
    setup_conf=$(setup_private_apt "$SETUP_TEMP/debian" "$SETUP_TEMP/debian/sources.list") || return 1
    if APT_CONFIG=$setup_conf setup_apt -o APT::Update::Error-Mode=any update &&
      APT_CONFIG=$setup_conf setup_apt install --no-install-recommends --download-only criu; then
      setup_criu_prefix && return 0
    else
      setup_apt_failed "no CRIU of Debian $SETUP_CRIU_SUITE from $(setup_show_uri "$setup_mirror")" || true
    fi
  done
  return 1
}

setup_criu_prefix() {
  setup_root=$SETUP_TEMP/criu
  rm -rf --one-file-system "$setup_root"
  setup_unpack "$SETUP_TEMP/debian/cache/archives" "$setup_root" || { warn "could not unpack CRIU's packages"; return 1; }
  rm -rf --one-file-system "$setup_root/usr/share/man" "$setup_root/usr/share/locale" "$setup_root/usr/share/info"
  (cd "$SETUP_TEMP/debian/cache/archives" && ls -- *.deb) >"$setup_root/packages.txt"
  setup_wrapper "$setup_root" "$setup_root" >"$SETUP_TEMP/criu.trial" || return 1
  chmod 755 "$SETUP_TEMP/criu.trial"
  if ! setup_criu_works "$SETUP_TEMP/criu.trial"; then
    warn "$(setup_criu_version "$SETUP_TEMP/criu.trial") of Debian $SETUP_CRIU_SUITE fails 'criu check' on kernel $(uname -r):"
    timeout 60 "$SETUP_TEMP/criu.trial" check 2>&1 | tail -n 5 | sed 's/^/  /' >&2
    return 1
  fi
  setup_wrapper "$setup_root" "$NEREID_PREFIX/criu" >"$SETUP_TEMP/criu.wrapper"
  chmod 755 "$SETUP_TEMP/criu.wrapper"
  mkdir -p "$NEREID_PREFIX/bin"
  setup_replace "$setup_root" "$NEREID_PREFIX/criu"
  mv -f "$SETUP_TEMP/criu.wrapper" "$NEREID_PREFIX/bin/criu"
  say "installed $(setup_criu_version "$NEREID_PREFIX/bin/criu") of Debian $SETUP_CRIU_SUITE from $(setup_show_uri "$setup_mirror") into $NEREID_PREFIX/criu"
}

# The text of a criu command that starts the CRIU unpacked in $1 once that tree is at $2.
setup_wrapper() {
  setup_ld=$(setup_loader "$1")
  setup_binary=$(find "$1" -path '*/sbin/criu' -print | head -n 1)
  [ -n "$setup_ld" ] && [ -n "$setup_binary" ] || { warn "CRIU's packages have no loader or no criu"; return 1; }
  printf '#!/bin/sh\n# Made by nereid setup: CRIU with the libraries of its own Debian release.\n'
  printf 'exec %s --library-path %s %s "$@"\n' "$setup_ld" "$(setup_library_path "$1")" "$setup_binary" | sed "s,$1,$2,g"
}

# Puts directory $1 in the place of $2 by renames: whoever looks sees the old one or the new one.
setup_replace() {
  [ ! -e "$2" ] || mv "$2" "$SETUP_TEMP/old.${2##*/}"
  mv "$1" "$2"
}

setup_criu() {
  setup_old=$(command -v criu || true)
  [ -z "$setup_old" ] || say "$(setup_criu_version "$setup_old") ($setup_old) fails 'criu check' on kernel $(uname -r)"
  setup_criu_from_distribution || setup_criu_from_debian || {
    warn "no CRIU that works here. Install a CRIU that passes 'criu check' and put it first in PATH, or name a Debian mirror" \
      "that has $SETUP_CRIU_SUITE in NEREID_DEBIAN_MIRROR, then run '$NEREID_NAME setup' again."
    return 1
  }
}

# Exclusive use of the prefix, and a temporary directory in it that is gone at the end.
setup_begin() {
  [ "$(id -u)" = 0 ] || die 77 "setup must run as root: it installs packages and tries CRIU"
  case $NEREID_PREFIX in
    *[!A-Za-z0-9._/+-]* | *..* | [!/]* | /) die 64 "NEREID_PREFIX is '$NEREID_PREFIX': it must be an absolute path of letters, digits and . _ + -" ;;
  esac
  command -v apt-get >/dev/null && command -v dpkg >/dev/null ||
    die 69 "setup knows Debian and Ubuntu only (no apt-get here). Install yourself: runc, conmon, iproute2, nftables, util-linux, tar and a CRIU that passes 'criu check'"
  mkdir -p "$NEREID_PREFIX"
  exec 8>"$NEREID_PREFIX/.setup.lock"
  flock -w 900 8 || die 75 "another setup holds $NEREID_PREFIX/.setup.lock for more than 15 minutes"
  rm -rf --one-file-system "$NEREID_PREFIX"/.tmp.*
  SETUP_TEMP=$(mktemp -d "$NEREID_PREFIX/.tmp.XXXXXX")
  trap 'setup_end' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  # apt downloads as a user of its own, who must be able to get there.
  chmod 755 "$SETUP_TEMP"
}

setup_end() {
  [ -z "$SETUP_TEMP" ] || rm -rf --one-file-system "$SETUP_TEMP"
  SETUP_TEMP=
  exec 8>&-
  trap - EXIT INT TERM HUP
}

setup_host() {
  setup_wanted=$(setup_missing)
  if [ -z "$setup_wanted" ]; then
    say "everything is there, nothing changed: $(setup_version_of runc), $(setup_version_of conmon), $(setup_version_of criu) ($(command -v criu))"
    return 0
  fi
  setup_begin
  setup_packages=$(for setup_command in $setup_wanted; do setup_package_of "$setup_command"; done | sort -u)
  # shellcheck disable=SC2086 # a list of package names
  [ -z "$setup_packages" ] || setup_install $setup_packages || { setup_end; return 1; }
  setup_criu_works "$(command -v criu || true)" || setup_criu || { setup_end; return 1; }
  setup_end
  hash -r
  setup_wanted=$(setup_missing)
  [ -z "$setup_wanted" ] || { warn "still missing or not working:" $setup_wanted; return 1; }
  say "done: this host can run containers that move"
}

setup_main() {
  NEREID_NAME=nereid
  case ${1:-} in
    --check) setup_report; [ -z "$(setup_missing)" ] ;;
    *) setup_host ;;
  esac
}
