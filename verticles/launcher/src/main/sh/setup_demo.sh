# shellcheck shell=sh
# What `nereid demo` and the tests put into their containers: busybox and redis from the distribution's packages, unpacked
# below $NEREID_PREFIX/demo and never installed, so that no service starts on the host. Sourced after setup_apt.sh.

setup_missing_demo() {
  [ "$("$NEREID_PREFIX/demo/busybox/bin/busybox" echo works 2>/dev/null)" = works ] || echo busybox
  setup_redis_works "$NEREID_PREFIX/demo/redis" || echo redis
}

# Started in its own tree, as a container will: a library that is missing there shows.
setup_redis_works() {
  [ -x "$1/usr/bin/redis-server" ] && timeout 10 chroot "$1" /usr/bin/redis-server --version >/dev/null 2>&1 &&
    timeout 10 chroot "$1" /usr/bin/redis-cli --version >/dev/null 2>&1
}

setup_demo() {
  setup_wanted=$(setup_missing_demo | tr '\n' ' ')
  if [ -z "$setup_wanted" ]; then
    say "the demo's busybox and redis are there, nothing changed ($NEREID_PREFIX/demo)"
    return 0
  fi
  setup_begin
  setup_status=0
  # Asked again: another setup may have done it while this one waited.
  for setup_part in $(setup_missing_demo); do
    "setup_demo_$setup_part" || setup_status=1
  done
  setup_end
  return "$setup_status"
}

# Downloads packages and all that they depend on, as if nothing were installed here, and unpacks them into directory $1.
setup_demo_unpack() {
  setup_tree=$1
  shift
  setup_debs=$SETUP_TEMP/debs.$1
  mkdir -p "$setup_debs/partial"
  : >"$setup_debs/status"
  setup_apt_fresh -o Dir::State::status="$setup_debs/status" -o Dir::State::extended_states="$setup_debs/extended_states" \
    -o Dir::Cache::Archives="$setup_debs/" install --no-install-recommends --download-only "$@" ||
    setup_apt_failed "could not download $*" || return 1
  setup_unpack "$setup_debs" "$setup_tree" || { warn "could not unpack $*"; return 1; }
}

setup_demo_busybox() {
  setup_demo_unpack "$SETUP_TEMP/busybox.tree" busybox-static || return 1
  setup_binary=$(find "$SETUP_TEMP/busybox.tree" -path '*bin/busybox' -type f -print | head -n 1)
  [ -n "$setup_binary" ] || { warn "package busybox-static has no busybox"; return 1; }
  setup_root=$SETUP_TEMP/busybox
  mkdir -p "$setup_root/bin"
  cp "$setup_binary" "$setup_root/bin/busybox"
  for setup_applet in $("$setup_root/bin/busybox" --list); do
    [ "$setup_applet" = busybox ] || ln -s busybox "$setup_root/bin/$setup_applet"
  done
  setup_demo_publish busybox busybox-static
}

setup_demo_redis() {
  setup_tree=$SETUP_TEMP/redis.tree
  setup_demo_unpack "$setup_tree" redis-tools || return 1
  # The server's package is little more than a link to a binary of redis-tools, but depends on much that a container has no use for.
  mkdir -p "$SETUP_TEMP/redis.server"
  (cd "$SETUP_TEMP/redis.server" && setup_apt_fresh download redis-server) || setup_apt_failed "could not download redis-server" || return 1
  setup_unpack "$SETUP_TEMP/redis.server" "$setup_tree" || { warn "could not unpack redis-server"; return 1; }
  setup_ld=$(setup_loader "$setup_tree")
  setup_root=$SETUP_TEMP/redis
  mkdir -p "$setup_root/usr/bin" "$setup_root/etc" "$setup_root/data" "$setup_root/tmp"
  chmod 1777 "$setup_root/tmp"
  for setup_binary in redis-server redis-cli; do
    cp -L "$setup_tree/usr/bin/$setup_binary" "$setup_root/usr/bin/$setup_binary" || return 1
    setup_copy_libraries "$setup_root/usr/bin/$setup_binary" "$setup_tree" "$setup_root" || return 1
  done
  setup_redis_works "$setup_root" || { warn "redis does not start in its own tree"; return 1; }
  setup_demo_publish redis redis-server
}

# Copies what binary $1 is linked with from the unpacked packages $2 to its usual place below $3, its loader included.
setup_copy_libraries() {
  setup_interpreter=$(grep -a -o '/lib[A-Za-z0-9/_.-]*/ld-linux[A-Za-z0-9_.-]*' "$1" | head -n 1)
  if [ -z "$setup_ld" ] || [ -z "$setup_interpreter" ]; then
    warn "no loader for $1"
    return 1
  fi
  mkdir -p "$3${setup_interpreter%/*}"
  cp -L "$setup_ld" "$3$setup_interpreter"
  setup_libraries=$("$setup_ld" --library-path "$(setup_library_path "$2")" --list "$1" | sed -n 's,^.* => \(/[^ ]*\) (.*,\1,p')
  for setup_library in $setup_libraries; do
    case $setup_library in
      */ld-linux*) continue ;;
      "$2"/*) ;;
      *) warn "$1 needs $setup_library, which is in none of its packages"; return 1 ;;
    esac
    # lib/TRIPLET, wherever the package had it: the loader looks there in every release.
    setup_directory=$3/lib/$(basename "$(dirname "$setup_library")")
    mkdir -p "$setup_directory"
    cp -L "$setup_library" "$setup_directory/"
  done
}

# Puts $setup_root in its place as part $1 of the demo. $2: the package that it came from.
setup_demo_publish() {
  mkdir -p "$NEREID_PREFIX/demo"
  setup_replace "$setup_root" "$NEREID_PREFIX/demo/$1"
  say "unpacked $1 for the demo into $NEREID_PREFIX/demo/$1 (package $2)"
}
