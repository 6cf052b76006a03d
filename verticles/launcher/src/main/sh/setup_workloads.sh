# shellcheck shell=sh
# Programs that the tests move besides busybox and redis: Python (17 MB to download), socat (5 MB), an SSH server (10 MB), Node.js (26 MB) and PostgreSQL (90 MB), from the
# distribution's packages, unpacked below $NEREID_PREFIX/demo and never installed. Sourced after setup_demo.sh.

# Started in their own trees, as a container will.
setup_workload_works() {
  case $1 in
    python) setup_workload_run="/usr/bin/python3 -c pass" ;;
    socat) setup_workload_run="/usr/bin/socat -V" ;;
    sshd) setup_workload_run="/usr/bin/ssh -V" ;;
    node) setup_workload_run="/usr/bin/node --version" ;;
    postgres) setup_workload_run="/usr/lib/postgresql/bin/postgres --version" ;;
  esac
  # shellcheck disable=SC2086 # a command line
  [ -d "$NEREID_PREFIX/demo/$1" ] && timeout 20 chroot "$NEREID_PREFIX/demo/$1" $setup_workload_run >/dev/null 2>&1
}

# What every run of the tests wants, because it is small; and everything.
setup_missing_small_workloads() { setup_missing_of python socat sshd; }
setup_missing_workloads() { setup_missing_of python socat sshd node postgres; }

setup_missing_of() {
  for setup_workload in "$@"; do
    setup_workload_works "$setup_workload" || echo "$setup_workload"
  done
}

setup_small_workloads() { setup_workloads_of python socat sshd; }
setup_workloads() { setup_workloads_of python socat sshd node postgres; }

# $@: which ones
setup_workloads_of() {
  setup_begin
  setup_status=0
  for setup_workload in "$@"; do
    if setup_workload_works "$setup_workload"; then
      say "$setup_workload is there, nothing changed ($NEREID_PREFIX/demo/$setup_workload)"
    else
      "setup_workload_$setup_workload" || setup_status=1
    fi
  done
  setup_end
  return "$setup_status"
}

setup_workload_python() {
  setup_root=$SETUP_TEMP/python
  setup_demo_unpack "$setup_root" python3 || return 1
  setup_workload_slim
  setup_demo_publish python python3
}

# With busybox around it, for the scripts that use it.
setup_workload_socat() {
  setup_tree=$SETUP_TEMP/socat.tree
  setup_demo_unpack "$setup_tree" socat || return 1
  # shellcheck disable=SC2034 # for setup_copy_libraries
  setup_ld=$(setup_loader "$setup_tree")
  setup_root=$SETUP_TEMP/socat
  mkdir -p "$setup_root/usr/bin"
  cp -R "$NEREID_PREFIX/demo/busybox/." "$setup_root/" || return 1
  cp -L "$setup_tree/usr/bin/socat" "$setup_root/usr/bin/socat" || return 1
  setup_copy_libraries "$setup_root/usr/bin/socat" "$setup_tree" "$setup_root" || return 1
  setup_demo_publish socat socat
}

# No container's: an SSH server for tests, started in its own tree, so that the host has neither its user nor its service.
setup_workload_sshd() {
  setup_tree=$SETUP_TEMP/sshd.tree
  setup_demo_unpack "$setup_tree" openssh-server || return 1
  # shellcheck disable=SC2034 # for setup_copy_libraries
  setup_ld=$(setup_loader "$setup_tree")
  setup_root=$SETUP_TEMP/sshd
  mkdir -p "$setup_root/usr/bin" "$setup_root/usr/sbin" "$setup_root/etc/ssh" "$setup_root/run/sshd" "$setup_root/root" "$setup_root/dev"
  for setup_binary in usr/sbin/sshd usr/bin/ssh usr/bin/ssh-keygen; do
    cp -L "$setup_tree/$setup_binary" "$setup_root/$setup_binary" || return 1
    setup_copy_libraries "$setup_root/$setup_binary" "$setup_tree" "$setup_root" || return 1
  done
  # A shell that is there, or nobody is let in; nobody gets one.
  printf 'root:x:0:0:root:/root:/usr/bin/ssh-keygen\nsshd:x:101:65534::/run/sshd:/bin/false\n' >"$setup_root/etc/passwd"
  mknod -m 666 "$setup_root/dev/null" c 1 3 || return 1
  setup_demo_publish sshd openssh-server
}

setup_workload_node() {
  setup_root=$SETUP_TEMP/node
  setup_demo_unpack "$setup_root" nodejs || return 1
  setup_workload_slim
  setup_demo_publish node nodejs
}

# Only the server, the program that makes a database, the client, and what they load: its package depends on a compiler and Perl.
setup_workload_postgres() {
  setup_tree=$SETUP_TEMP/postgres.tree
  setup_package=$(apt-cache depends postgresql 2>/dev/null | sed -n 's/^ *Depends: *\(postgresql-[0-9]*\)$/\1/p' | head -n 1)
  setup_demo_unpack "$setup_tree" "${setup_package:-postgresql}" || return 1
  # shellcheck disable=SC2034 # for setup_copy_libraries
  setup_ld=$(setup_loader "$setup_tree")
  setup_home=$(find "$setup_tree/usr/lib/postgresql" -mindepth 1 -maxdepth 1 -type d | head -n 1)
  setup_version=${setup_home##*/}
  setup_root=$SETUP_TEMP/postgres
  mkdir -p "$setup_root/usr/lib/postgresql" "$setup_root/usr/share/postgresql" "$setup_root/etc" "$setup_root/bin"
  mkdir -p "$setup_root/usr/lib/postgresql/$setup_version/bin"
  # Where its programs look for each other, whatever the version; a link for those who do not know it.
  ln -s "$setup_version/bin" "$setup_root/usr/lib/postgresql/bin"
  cp -R "$setup_tree/usr/share/postgresql/$setup_version" "$setup_root/usr/share/postgresql/" || return 1
  cp -R "$setup_home/lib" "$setup_root/usr/lib/postgresql/$setup_version/" || return 1
  rm -rf --one-file-system "$setup_root/usr/lib/postgresql/$setup_version/lib/bitcode" \
    "$setup_root/usr/lib/postgresql/$setup_version/lib/pgxs" "$setup_root/usr/lib/postgresql/$setup_version/lib"/llvmjit*
  for setup_binary in postgres initdb psql; do
    cp -L "$setup_home/bin/$setup_binary" "$setup_root/usr/lib/postgresql/$setup_version/bin/" || return 1
    setup_copy_libraries "$setup_home/bin/$setup_binary" "$setup_tree" "$setup_root" || return 1
  done
  cp -RL "$setup_tree/usr/share/zoneinfo" "$setup_root/usr/share/" 2>/dev/null || true
  # initdb starts the server through a shell.
  cp "$NEREID_PREFIX/demo/busybox/bin/busybox" "$setup_root/bin/busybox" || return 1
  ln -s busybox "$setup_root/bin/sh"
  printf 'root:x:0:0:root:/:/bin/sh\npostgres:x:70:70:postgres:/data:/bin/sh\n' >"$setup_root/etc/passwd"
  setup_demo_publish postgres "$setup_package"
}

# What no program reads.
setup_workload_slim() {
  for setup_directory in doc man locale info lintian; do
    rm -rf --one-file-system "${setup_root:?}/usr/share/$setup_directory"
  done
}
