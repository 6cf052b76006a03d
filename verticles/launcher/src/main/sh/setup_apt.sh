# shellcheck shell=sh
# What setup does with apt and dpkg: sourced after setup.sh. Everything has a deadline, asks nothing, and works in a
# temporary directory of the prefix that is gone afterwards.

SETUP_KEYRINGS=${SETUP_KEYRINGS:-/usr/share/keyrings}
SETUP_APT_ETC=${SETUP_APT_ETC:-/etc/apt}
SETUP_TEMP=

# Exclusive use of the prefix, and a temporary directory in it that is gone at the end.
setup_begin() {
  case $NEREID_PREFIX in
    *[!A-Za-z0-9._/+-]* | *..* | [!/]* | /) die "$EX_USAGE" "NEREID_PREFIX is '$NEREID_PREFIX': it must be an absolute path of letters, digits and . _ + -" ;;
  esac
  [ "$(id -u)" = 0 ] || die "$EX_NO_PERMISSION" "setup must run as root: it installs packages and tries CRIU"
  command -v apt-get >/dev/null ||
    die "$EX_UNAVAILABLE" "setup knows Debian and Ubuntu only (no apt-get here). Install yourself: runc, conmon, iproute2, nftables, util-linux, tar and a CRIU that passes 'criu check'"
  mkdir -p "$NEREID_PREFIX"
  exec 8>"$NEREID_PREFIX/.setup.lock"
  flock -w 900 8 || die "$EX_TEMPORARY" "another setup holds $NEREID_PREFIX/.setup.lock for more than 15 minutes"
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

# apt-get with a deadline, without questions; what it says is shown only when it fails for good.
setup_apt() {
  DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l timeout --foreground -k 10 "${SETUP_APT_DEADLINE:-900}" \
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
  setup_update && setup_apt "$@"
}

# Does the distribution have package $1 in a version that could be installed?
setup_has_package() {
  setup_candidate "$1" && return 0
  [ -z "${setup_lists_updated:-}" ] || return 1
  setup_update && setup_candidate "$1"
}

setup_candidate() {
  LC_ALL=C apt-cache policy "$1" 2>/dev/null | grep -q '^ *Candidate: [^(]'
}

setup_update() {
  setup_lists_updated=yes
  setup_apt update || setup_apt_failed "could not update the package lists" || return 1
  say "updated the package lists (apt-get update)"
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

# Where to look for the Debian release with a newer CRIU: what the administrator said, then the host's own mirror.
setup_debian_mirrors() {
  {
    [ -z "${NEREID_DEBIAN_MIRROR:-}" ] || echo "$NEREID_DEBIAN_MIRROR"
    setup_archives "$SETUP_APT_ETC" | sed 's,/ubuntu$,/debian,' | head -n 5
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
