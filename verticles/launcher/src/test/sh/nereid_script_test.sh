#!/bin/sh
# Tests of the nereid script and of its setup functions: no network, no root, no JDK; everything happens in a temporary directory.
# Prints a line "ok …" or "not ok …" per behaviour; the exit code says whether all were ok.
# shellcheck disable=SC2016 # what stands in single quotes is for the shell that `inside` starts
set -u

repository=$(cd "$(dirname "$0")/../../../../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/nereid-script-test.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
failures=0
unset NEREID_JAVA_HOME JAVA_HOME NEREID_JAVA_OPTS NEREID_NO_BUILD NEREID_NO_AOT NEREID_JAR NEREID_CONF NEREID_DEBIAN_MIRROR
NEREID_PREFIX=$work/prefix
export NEREID_PREFIX

# is WHAT EXPECTED ACTUAL
is() {
  if [ "$2" = "$3" ]; then
    echo "ok $1"
  else
    echo "not ok $1"
    printf '  expected: %s\n  actual:   %s\n' "$2" "$3"
    failures=$((failures + 1))
  fi
}

# contains WHAT NEEDLE HAYSTACK
contains() {
  case $3 in
    *"$2"*) echo "ok $1" ;;
    *)
      echo "not ok $1"
      printf '  expected to contain: %s\n  actual: %s\n' "$2" "$3"
      failures=$((failures + 1))
      ;;
  esac
}

# A directory that looks like a JDK: $1, version $2. Its java prints its arguments; its cache option makes a file.
fake_jdk() {
  mkdir -p "$1/bin"
  printf '%s\n' '#!/bin/sh' 'for word in "$@"; do case $word in -XX:AOTCacheOutput=*) echo cache >"${word#*=}" ;; esac; done' \
    'echo "java: $*"' >"$1/bin/java"
  cp "$1/bin/java" "$1/bin/javac"
  chmod +x "$1/bin/java" "$1/bin/javac"
  printf 'IMPLEMENTOR="Somebody"\nJAVA_VERSION="%s"\nOS_NAME="Linux"\n' "$2" >"$1/release"
}

# Evaluates $1 in a shell that has loaded the script and its setup parts, with the tree $work/tree as its home.
inside() {
  NEREID_SOURCE_ONLY=1 NEREID_JAVA_SEARCH_ROOT="$work/machine" PATH=$work/nojava:/usr/bin:/bin HOME='' sh -c '
    . "$1/nereid"
    HOST_PATH=$PATH
    find_layout "$2"
    setup_loaded=
    project_file() { echo "$script_home/verticles/launcher/src/main/sh/setup.sh"; }
    script_home=$1
    load_setup
    eval "$3"' sh "$repository" "$work/tree" "$1" 2>&1
}

# The java of this file hides the machine's own and is part of no JDK.
mkdir -p "$work/tree" "$work/machine" "$work/nojava"
printf '#!/bin/sh\nexit 1\n' >"$work/nojava/java"
chmod +x "$work/nojava/java"
touch "$work/tree/pom.xml"

# --- the locale ---

is "a locale that cannot write all file names is replaced" "C.UTF-8" "$(LC_ALL='' LC_CTYPE='' LANG=C inside 'find_locale; echo "$LC_ALL"')"
is "no locale at all is replaced, too" "C.UTF-8" "$(LC_ALL='' LC_CTYPE='' LANG='' inside 'find_locale; echo "$LC_ALL"')"
is "a locale that can is kept" "de_DE.utf8" "$(LC_ALL='' LC_CTYPE='' LANG=de_DE.utf8 inside 'find_locale; echo "${LC_ALL:-$LANG}"')"

# --- which Java ---

for version in 17.0.15 1.8.0_392 25.0.3; do
  fake_jdk "$work/machine/usr/lib/jvm/jdk-$version" "$version"
done
fake_jdk "$work/machine/usr/lib/jvm/a-newer-one" 26
is "a JDK of the wanted version wins over a newer and older ones" "$work/machine/usr/lib/jvm/jdk-25.0.3 25 25.0.3" \
  "$(inside 'find_java && echo "$java_home $java_version $java_full"')"
rm "$work/machine/usr/lib/jvm/jdk-25.0.3/bin/javac"
is "a Java without a compiler does not do for a source tree" "$work/machine/usr/lib/jvm/a-newer-one" "$(inside 'find_java && echo "$java_home"')"
is "a Java without a compiler does where nothing is built" "$work/machine/usr/lib/jvm/jdk-25.0.3" \
  "$(inside 'layout_sources=; find_java && echo "$java_home"')"
rm -r "$work/machine/usr/lib/jvm/a-newer-one"
is "an older Java is not taken" "none" "$(inside 'find_java || echo none')"
fake_jdk "$work/machine/opt/java/openjdk" 25-ea
is "an early-access version in /opt is understood" "$work/machine/opt/java/openjdk 25" "$(inside 'find_java && echo "$java_home $java_version"')"
fake_jdk "$work/named" 25.0.1
fake_jdk "$work/old" 21.0.2
is "NEREID_JAVA_HOME wins over what lies around" "$work/named" "$(NEREID_JAVA_HOME=$work/named inside 'find_java && echo "$java_home"')"
is "JAVA_HOME is taken when it is new enough" "$work/named" "$(JAVA_HOME=$work/named inside 'find_java && echo "$java_home"')"
is "JAVA_HOME is passed over when it is too old" "$work/machine/opt/java/openjdk" "$(JAVA_HOME=$work/old inside 'find_java && echo "$java_home"')"
answer=$(NEREID_JAVA_HOME=$work/old inside 'need_java')
is "a NEREID_JAVA_HOME that is too old ends with exit code 69" 69 "$(NEREID_JAVA_HOME=$work/old inside 'need_java' >/dev/null; echo $?)"
contains "a NEREID_JAVA_HOME that is too old is named" "NEREID_JAVA_HOME is '$work/old'" "$answer"
fake_jdk "$work/home/.sdkman/candidates/java/25-tem" 25.0.3
rm -r "$work/machine/opt"
is "a JDK of SDKMAN is found" "$work/home/.sdkman/candidates/java/25-tem" "$(inside "HOME=$work/home; find_java && echo \"\$java_home\"")"
rm -r "$work/machine/usr"
ln -s "$work/named/bin/java" "$work/java"
mkdir -p "$work/path"
mv "$work/java" "$work/path/java"
is "the JDK behind the java of PATH is found" "$work/named" "$(inside "PATH=$work/path:\$PATH; find_java && echo \"\$java_home\"")"

# --- running an installed copy ---

mkdir -p "$work/installed/conf" "$work/bin" "$work/elsewhere"
cp "$repository/nereid" "$work/installed/nereid"
touch "$work/installed/nereid.jar" "$work/installed/conf/jvm-up.options" "$work/installed/conf/jvm-cli.options"
ln -s ../installed/nereid "$work/bin/nereid"
installed() {
  (cd "$work/elsewhere" && env -i PATH=/usr/bin:/bin NEREID_PREFIX="$NEREID_PREFIX" NEREID_JAVA_HOME="$work/named" "$@" 2>/dev/null)
}
answer=$(installed NEREID_NO_AOT=1 "$work/bin/nereid" ps -a 'two words')
is "a symlink from anywhere, with a minimal PATH and no HOME, reaches the jar" \
  "java: @$work/installed/conf/jvm-cli.options -jar $work/installed/nereid.jar ps -a two words" "$answer"
is "the daemon gets its own options, and NEREID_JAVA_OPTS come after them" \
  "java: @$work/installed/conf/jvm-up.options -Xmx1g -Da=b -jar $work/installed/nereid.jar up" \
  "$(installed NEREID_JAVA_OPTS='-Xmx1g -Da=b' "$work/installed/nereid" up)"
expected="java: @$work/installed/conf/jvm-cli.options -XX:AOTCache=$work/installed/nereid.aot -jar $work/installed/nereid.jar ps"
is "a start-up cache is made once and used" "$expected" "$(installed "$work/installed/nereid" ps)"
touch -d '1 minute' "$work/installed/nereid.jar"
is "a start-up cache older than the jar is not used" "java: @$work/installed/conf/jvm-cli.options -jar $work/installed/nereid.jar ps" \
  "$(installed NEREID_NO_BUILD=1 "$work/installed/nereid" ps)"
touch -d '1 hour ago' "$work/installed/nereid.jar"
echo "/another/jdk 25.0.9" >"$work/installed/nereid.aot.key"
is "a start-up cache of another JDK is not used" "java: @$work/installed/conf/jvm-cli.options -jar $work/installed/nereid.jar ps" \
  "$(installed NEREID_NO_BUILD=1 "$work/installed/nereid" ps)"
echo cache >"$work/installed/nereid-up.aot"
echo "$work/named 25.0.1" >"$work/installed/nereid-up.aot.key"
is "a daemon uses the start-up cache of daemons" \
  "java: @$work/installed/conf/jvm-up.options -XX:AOTCache=$work/installed/nereid-up.aot -jar $work/installed/nereid.jar up" \
  "$(installed "$work/installed/nereid" up)"
is "NEREID_NO_AOT keeps a daemon from it" "java: @$work/installed/conf/jvm-up.options -jar $work/installed/nereid.jar up" \
  "$(installed NEREID_NO_AOT=1 "$work/installed/nereid" up)"
rm "$work/installed/nereid-up.aot"
is "where making one failed, a daemon starts without" "java: @$work/installed/conf/jvm-up.options -jar $work/installed/nereid.jar up" \
  "$(installed "$work/installed/nereid" up)"
rm "$work/installed/nereid.jar"
installed "$work/installed/nereid" ps >/dev/null
is "a missing jar ends with exit code 69" 69 $?
installed "$work/installed/nereid" test >/dev/null
is "test without a source tree ends with exit code 69" 69 $?

# --- building ---

tree=$work/tree
jar=$tree/verticles/launcher/target/nereid.jar
mkdir -p "$tree/shared/src/main/java" "$tree/shared/src/test/java" "$tree/verticles/launcher" "$tree/conf" "$work/tools"
cp "$repository/nereid" "$tree/nereid"
touch "$tree/conf/jvm-up.options" "$tree/conf/jvm-cli.options" "$tree/shared/src/main/java/A.java" "$tree/shared/src/test/java/ATest.java"
# A Maven that notes its arguments and makes the jar, or fails when asked to.
cat >"$work/tools/mvn" <<END
#!/bin/sh
echo "\$*" >>"$work/builds"
[ ! -f "$work/break" ] || { echo "the compiler says no"; exit 1; }
sleep 0.2
[ ! -f "$work/edit" ] || { rm "$work/edit"; touch "$tree/shared/pom.xml"; sleep 0.05; }
mkdir -p "${jar%/*}"
echo jar >"$jar"
END
chmod +x "$work/tools/mvn"
in_tree() {
  : >"$work/builds"
  env -i PATH="$work/tools:/usr/bin:/bin" NEREID_PREFIX="$NEREID_PREFIX" NEREID_NO_AOT=1 NEREID_JAVA_HOME="$work/named" "$@" >"$work/out" 2>&1
  in_tree_status=$?
  builds=$(wc -l <"$work/builds")
}
# All files of the tree get older than what is touched next.
age() { find "$tree" -exec touch -h -d '1 hour ago' {} +; }
in_tree "$tree/nereid" ps
is "a tree without a jar is built" 1 "$builds"
contains "the build makes the jar without running tests" "-DskipTests package" "$(cat "$work/builds")"
contains "the jar runs after the build" "-jar $jar ps" "$(cat "$work/out")"
in_tree "$tree/nereid" ps
is "a fresh jar is not built again" 0 "$builds"
age
touch "$tree/shared/src/test/java/ATest.java"
in_tree "$tree/nereid" ps
is "a changed test builds nothing" 0 "$builds"
age
touch "$tree/conf/jvm-cli.options"
in_tree NEREID_NO_BUILD=1 "$tree/nereid" ps
is "NEREID_NO_BUILD builds nothing" 0 "$builds"
in_tree "$tree/nereid" ps
is "changed configuration builds" 1 "$builds"
age
touch "$tree/pom.xml" "$work/edit"
in_tree "$tree/nereid" ps
in_tree "$tree/nereid" ps
is "what is edited during a build is built by the next start" 1 "$builds"
in_tree "$tree/nereid" ps
is "and then no more" 0 "$builds"
age
rm "$tree/shared/src/main/java/A.java"
in_tree "$tree/nereid" ps
is "a deleted source builds" 1 "$builds"
age
touch "$tree/pom.xml" "$work/break"
in_tree "$tree/nereid" ps
is "a failed build ends with exit code 1" 1 "$in_tree_status"
contains "a failed build shows its output" "the compiler says no" "$(cat "$work/out")"
rm "$work/break"
: >"$work/builds"
for run in 1 2; do
  env -i PATH="$work/tools:/usr/bin:/bin" NEREID_PREFIX="$NEREID_PREFIX" NEREID_NO_AOT=1 NEREID_JAVA_HOME="$work/named" \
    "$tree/nereid" ps >"$work/out.$run" 2>&1 &
done
wait
is "two starts at once build once" 1 "$(wc -l <"$work/builds")"
contains "the one that waited runs too" "java: " "$(cat "$work/out.1")"
contains "the one that built runs too" "java: " "$(cat "$work/out.2")"
in_tree "$tree/nereid" test --fast -Dtest=X
is "test --fast runs Maven's test goal with the words after it" "-B test -Dtest=X" "$(cat "$work/builds")"

# --- setup ---

is "setup refuses what it does not know with exit code 64" 64 "$(inside 'setup_main --frobnicate' >/dev/null; echo $?)"
is "setup without root ends with exit code 77" 77 "$(inside 'id() { echo 1000; }; setup_begin' >/dev/null; echo $?)"
answer=$(NEREID_PREFIX='relative/prefix' inside 'setup_begin')
contains "a prefix that is not absolute is refused by name" "NEREID_PREFIX is 'relative/prefix'" "$answer"
all_there='setup_requirements() { echo tar tar; }; setup_criu_works() { true; }; find_java() { java_home=/j java_version=25; }; layout_sources=;'
is "setup --check ends with 0 when everything is there" 0 "$(inside "$all_there setup_main --check" >/dev/null; echo $?)"
is "setup --check ends with 1 when a command is missing" 1 \
  "$(inside "$all_there setup_requirements() { echo nereid-no-such-command some-package; }; setup_main --check" >/dev/null; echo $?)"
is "setup --check ends with 1 when CRIU does not work" 1 "$(inside "$all_there setup_criu_works() { false; }; setup_main --check" >/dev/null; echo $?)"
is "setup --check ends with 1 when there is no Java" 1 "$(inside "$all_there find_java() { java_problem=none; false; }; setup_main --check" >/dev/null; echo $?)"
contains "setup --check names the package of what is missing" "some-package" \
  "$(inside "$all_there setup_requirements() { echo nereid-no-such-command some-package; }; setup_main --check")"
contains "setup changes nothing when everything is there" "nothing changed" "$(inside "$all_there setup_begin() { echo CHANGES; }; setup_main")"
is "setup made no prefix on the way" "no" "$([ -e "$NEREID_PREFIX" ] && echo yes || echo no)"

etc=$work/etc
mkdir -p "$etc/sources.list.d"
cat >"$etc/sources.list" <<'END'
# deb http://commented.example/debian trixie main
deb cdrom:[Debian]/ bookworm main
deb [arch=amd64 signed-by=/usr/share/keyrings/x.gpg] https://mirror.example/pub/linux/debian/ bookworm main contrib  # ours
deb-src http://sources.example/debian bookworm main
deb http://security.example/debian-security bookworm-security main
deb http://vendor.example/apt stable contrib
deb http://flat.example/repository ./
END
cat >"$etc/sources.list.d/debian.sources" <<'END'
# The archive
Types: deb deb-src
URIs: http://one.example/debian/
  https://two.example/snapshot/20260101T000000Z
Suites: bookworm
 bookworm-updates
Components: main non-free-firmware
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://one.example/debian-security
Suites: bookworm-security
Components: main

Enabled: no
Types: deb
URIs: http://disabled.example/debian
Suites: bookworm
Components: main
END
printf 'types: deb\nuris: http://lower.example/ubuntu\nsuites: noble\ncomponents: main universe\n' >"$etc/sources.list.d/ubuntu.sources"
echo "deb http://ignored.example/debian bookworm main" >"$etc/sources.list.d/old.list.disabled"
is "the archives of both source formats are found, those called debian or ubuntu first" \
  "https://mirror.example/pub/linux/debian http://one.example/debian http://lower.example/ubuntu https://two.example/snapshot/20260101T000000Z" \
  "$(inside "setup_archives $etc" | tr '\n' ' ' | sed 's/ $//')"
is "Debian is looked for where the administrator says, then on the host's mirrors" \
  "http://said.example/debian https://mirror.example/pub/linux/debian http://one.example/debian http://lower.example/debian https://two.example/snapshot/20260101T000000Z" \
  "$(NEREID_DEBIAN_MIRROR=http://said.example/debian SETUP_APT_ETC=$etc inside setup_debian_mirrors | tr '\n' ' ' | sed 's/ $//')"
is "a password in a mirror's address is not shown" "https://mirror.example/debian" "$(inside 'setup_show_uri https://user:secret@mirror.example/debian')"

unpacked=$work/unpacked
mkdir -p "$unpacked/usr/sbin" "$unpacked/usr/lib/some-triplet" "$unpacked/usr/lib64"
touch "$unpacked/usr/sbin/criu" "$unpacked/usr/lib/some-triplet/libc.so.6" "$unpacked/usr/lib/some-triplet/ld-linux-some.so.1"
chmod +x "$unpacked/usr/sbin/criu" "$unpacked/usr/lib/some-triplet/ld-linux-some.so.1"
ln -s /lib/some-triplet/ld-linux-some.so.1 "$unpacked/usr/lib64/ld-linux-some.so.1"
is "CRIU's wrapper starts the tree's own loader, whatever the architecture" \
  "exec /final/usr/lib/some-triplet/ld-linux-some.so.1 --library-path /final/usr/lib/some-triplet /final/usr/sbin/criu \"\$@\"" \
  "$(inside "setup_wrapper $unpacked /final" | tail -n 1)"

if [ "$failures" -gt 0 ]; then
  echo "$failures failed"
  exit 1
fi
