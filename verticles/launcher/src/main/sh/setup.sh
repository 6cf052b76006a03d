# shellcheck shell=sh
# The setup machinery of ./nereid: sourced, never run by itself. It makes a Debian or Ubuntu host able to run containers
# that can move: runc, conmon, iproute2, nftables and a CRIU that passes `criu check`. docs/setup.md is its manual.
#
# shellcheck disable=SC2154
# Expects what the nereid script defines: NEREID_PREFIX, HOST_PATH, the layout_ variables and find_java, say, warn and die.

# The Debian releases whose CRIU is tried, in this order, when the host's own does not work.
SETUP_CRIU_SUITES='trixie forky sid'

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

# `criu check` wants root and writes its findings to standard error; its status is the answer. It does not look at sockets:
# CRIU before 4.2 passes it on Linux 6.16 and newer and then fails to dump any process that has one.
setup_criu_works() {
  [ -n "$1" ] && timeout 60 "$1" check >/dev/null 2>&1 && setup_criu_dumps_socket "$1"
}

# Dumps a process of ours that listens on loopback, without what we have open (our lock would count against it). Perl is on every Debian; without it there is nothing to try with.
setup_criu_dumps_socket() {
  command -v perl >/dev/null || return 0
  setup_trial=$(mktemp -d)
  # shellcheck disable=SC2016 # Perl's variables
  setsid perl -MSocket -e 'socket(S, PF_INET, SOCK_STREAM, 0); bind(S, sockaddr_in(0, INADDR_LOOPBACK)); listen(S, 1);
    open(F, ">", "$ARGV[0]/ready"); close(F); sleep(60)' "$setup_trial" </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
  setup_trial_pid=$!
  setup_tries=0
  while [ ! -e "$setup_trial/ready" ] && [ "$setup_tries" -lt 100 ]; do
    setup_tries=$((setup_tries + 1))
    sleep 0.05
  done
  setup_dumped=0
  timeout 60 "$1" dump -t "$setup_trial_pid" -D "$setup_trial" -v0 >/dev/null 2>&1 || setup_dumped=1
  kill -9 "$setup_trial_pid" 2>/dev/null || true
  wait "$setup_trial_pid" 2>/dev/null || true
  rm -rf --one-file-system "$setup_trial"
  return "$setup_dumped"
}

# The names of what is missing or does not work, one a line.
setup_missing_runtime() {
  setup_requirements | while read -r setup_command setup_package; do
    setup_version_of "$setup_command" >/dev/null || echo "$setup_command"
  done
  setup_criu_works "$(command -v criu || true)" || echo criu
}

# What Nereid itself needs to be built and started.
setup_missing_tools() {
  find_java || echo java
  [ -z "$layout_sources" ] || command -v mvn >/dev/null || echo maven
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
  if find_java; then
    say "ok       java ($java_home): version $java_version"
  else
    say "missing  java: $java_problem"
  fi
  if [ -n "$layout_sources" ]; then
    if setup_maven=$(command -v mvn); then
      say "ok       mvn ($setup_maven)"
    else
      say "missing  mvn: package maven"
    fi
  fi
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
  for setup_mirror in $(setup_debian_mirrors); do for setup_suite in $SETUP_CRIU_SUITES; do
    rm -rf --one-file-system "$SETUP_TEMP/debian"
    mkdir -p "$SETUP_TEMP/debian"
    echo "deb [arch=$(dpkg --print-architecture) signed-by=$setup_keyring] $setup_mirror $setup_suite main" >"$SETUP_TEMP/debian/sources.list"
    setup_conf=$(setup_private_apt "$SETUP_TEMP/debian" "$SETUP_TEMP/debian/sources.list") || return 1
    if (
      export APT_CONFIG="$setup_conf"
      setup_apt -o APT::Update::Error-Mode=any update && setup_apt install --no-install-recommends --download-only criu
    ); then
      setup_criu_prefix && return 0
    else
      say "no Debian $setup_suite to be had from $(setup_show_uri "$setup_mirror")"
      setup_refused=yes
    fi
  done; done
  [ -z "${setup_refused:-}" ] || setup_apt_failed "the last mirror did not answer as hoped"
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
    say "$(setup_criu_version "$SETUP_TEMP/criu.trial") of Debian $setup_suite fails 'criu check' or cannot dump a socket on kernel $(uname -r): not installed"
    return 1
  fi
  setup_wrapper "$setup_root" "$NEREID_PREFIX/criu" >"$SETUP_TEMP/criu.wrapper"
  chmod 755 "$SETUP_TEMP/criu.wrapper"
  mkdir -p "$NEREID_PREFIX/bin"
  setup_replace "$setup_root" "$NEREID_PREFIX/criu"
  mv -f "$SETUP_TEMP/criu.wrapper" "$NEREID_PREFIX/bin/criu"
  say "installed $(setup_criu_version "$NEREID_PREFIX/bin/criu") of Debian $setup_suite from $(setup_show_uri "$setup_mirror") into $NEREID_PREFIX/criu"
}

# The text of a criu command that starts the CRIU unpacked in $1 once that tree is at $2.
setup_wrapper() {
  setup_ld=$(setup_loader "$1")
  setup_binary=$(find "$1" -path '*/sbin/criu' -print | head -n 1)
  if [ -z "$setup_ld" ] || [ -z "$setup_binary" ]; then
    warn "CRIU's packages have no loader or no criu"
    return 1
  fi
  printf '#!/bin/sh\n# Made by nereid setup: CRIU with the libraries of its own Debian release.\n'
  printf 'exec %s --library-path %s %s "$@"\n' "$setup_ld" "$(setup_library_path "$1")" "$setup_binary" | sed "s,$1,$2,g"
}

# Puts directory $1 in the place of $2 by renames: whoever looks sees the old one or the new one.
setup_replace() {
  [ ! -e "$2" ] || mv "$2" "$SETUP_TEMP/old.${2##*/}"
  mv "$1" "$2"
}

setup_criu() {
  setup_old=$(PATH=$HOST_PATH command -v criu || true)
  if setup_criu_works "$setup_old"; then
    # Only a wrapper of ours that has stopped working hides it.
    rm -f "$NEREID_PREFIX/bin/criu"
    say "removed $NEREID_PREFIX/bin/criu, which does not work: $setup_old does"
    return 0
  fi
  [ -z "$setup_old" ] || say "$(setup_criu_version "$setup_old") ($setup_old) fails 'criu check' on kernel $(uname -r)"
  setup_criu_from_distribution || setup_criu_from_debian || {
    warn "no CRIU that works here. Install one that passes 'criu check' and put it first in PATH, or name a Debian mirror that" \
      "has one of $SETUP_CRIU_SUITES in NEREID_DEBIAN_MIRROR; then run 'nereid setup' again"
    return 1
  }
}

# The runtime: installs what is missing, then looks again.
setup_runtime() {
  [ -n "$(setup_missing_runtime)" ] || return 0
  setup_begin
  # Asked again: another setup may have done it while this one waited.
  setup_wanted=$(setup_missing_runtime)
  setup_packages=$(for setup_command in $setup_wanted; do setup_package_of "$setup_command"; done | sort -u)
  setup_status=0
  # shellcheck disable=SC2086 # a list of package names
  [ -z "$setup_packages" ] || setup_install $setup_packages || setup_status=1
  setup_criu_works "$(command -v criu || true)" || setup_criu || setup_status=1
  setup_end
  setup_wanted=$(setup_missing_runtime | tr '\n' ' ')
  [ -z "$setup_wanted" ] || { warn "still missing or not working: $setup_wanted"; return 1; }
  return "$setup_status"
}

# A JDK, when the distribution has one that is new enough.
setup_java() {
  [ -z "${NEREID_JAVA_HOME:-}" ] || return 1
  setup_package=openjdk-$JAVA_WANTED-jdk-headless
  setup_begin
  if setup_has_package "$setup_package"; then
    setup_install "$setup_package" || { setup_end; return 1; }
  fi
  setup_end
  find_java
}

setup_maven() {
  setup_begin
  setup_install maven || { setup_end; return 1; }
  setup_end
}

# Everything that `nereid setup` promises. Status 0: the main job can run; 1: the runtime cannot; 69: only Java or Maven is missing.
setup_host() {
  setup_before=$(setup_missing_runtime; setup_missing_tools)
  if [ -z "$setup_before" ] && find_java; then
    say "everything is there, nothing changed: $(setup_version_of runc), $(setup_version_of conmon), $(setup_version_of criu) ($(command -v criu)), Java $java_version ($java_home)"
    return 0
  fi
  setup_runtime || return 1
  setup_wanted=$(setup_missing_tools)
  # Java first: Maven's package would bring an older one, and is of no use without.
  case $setup_wanted in *java*) setup_java || { warn "$java_problem"; return "$EX_UNAVAILABLE"; } ;; esac
  case $setup_wanted in *maven*) setup_maven || return "$EX_UNAVAILABLE" ;; esac
  say "done: containers that move can run here"
}

setup_main() {
  case "$#:${1:-}" in
    0:) setup_host ;;
    1:--check)
      setup_report
      [ -z "$(setup_missing_runtime; setup_missing_tools)" ]
      ;;
    1:--demo) setup_demo ;;
    1:--workloads) setup_demo && setup_workloads ;;
    1:-h | 1:--help) setup_usage ;;
    *)
      setup_usage >&2
      die "$EX_USAGE" "setup does not know '$*'"
      ;;
  esac
}

setup_usage() {
  cat <<END
Usage: nereid setup [--check | --demo | --workloads]
Makes this host able to run containers that move: runc, conmon, iproute2, nftables, a CRIU that works, a JDK.
  (no option)  install what is missing; what is good already is not touched
  --check      only report what is there and what is missing (exit code 0 or 1)
  --demo       unpack busybox and redis for 'nereid demo' into $NEREID_PREFIX/demo; nothing is started
  --workloads  also Python, Node.js and PostgreSQL, which some tests move
END
}
