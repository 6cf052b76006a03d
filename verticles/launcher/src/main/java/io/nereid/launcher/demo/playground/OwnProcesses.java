package io.nereid.launcher.demo.playground;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Processes that belong to a run: they are in one of its cgroups or network namespaces, or they are
 * one of the programs that a host starts and name the run in their command line. A person's editor
 * with a log file of the run is not one of them.
 */
final class OwnProcesses {
  private static final Path PROC = Path.of("/proc");
  private static final int READ_BYTES_MAX = 64 * 1024;
  private static final Set<String> PROGRAMS =
      Set.of("java", "conmon", "runc", "criu", "nsenter", "unshare", "setsid", "ld-linux-x86-64");

  private OwnProcesses() {}

  /**
   * One process.
   *
   * @param what its command line, or its name when it has none
   */
  record Found(long pid, String what) {
    @Override
    public String toString() {
      return pid + " (" + (what.length() > 160 ? what.substring(0, 160) + "…" : what) + ")";
    }
  }

  /** All but this process and its ancestors: the run may be named in their command lines too. */
  static List<Found> of(Names names) {
    Set<Long> ours = ancestry();
    Set<Object> namespaces = namespaces(names);
    List<Found> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path entry : entries) {
        long pid = Long.parseLong(entry.getFileName().toString());
        if (!ours.contains(pid) && belongs(entry, names.prefix(), namespaces) && lives(entry)) {
          String line = commandLine(entry);
          found.add(new Found(pid, line.isEmpty() ? read(entry.resolve("comm")).strip() : line));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + PROC, e);
    }
    return found;
  }

  private static boolean belongs(Path entry, String prefix, Set<Object> namespaces) {
    if (read(entry.resolve("cgroup")).contains(prefix)) {
      return true;
    }
    if (PROGRAMS.contains(read(entry.resolve("comm")).strip())
        && commandLine(entry).contains(prefix)) {
      return true;
    }
    return !namespaces.isEmpty() && namespaces.contains(identity(entry.resolve("ns/net")));
  }

  /** Nothing is left of a zombie but its parent's duty. */
  private static boolean lives(Path entry) {
    String stat = read(entry.resolve("stat"));
    return !stat.isEmpty() && !stat.substring(stat.lastIndexOf(')') + 1).startsWith(" Z");
  }

  private static String commandLine(Path entry) {
    return read(entry.resolve("cmdline")).replace('\0', ' ').strip();
  }

  private static Set<Object> namespaces(Names names) {
    Set<Object> identities = new HashSet<>();
    for (Path file : Namespaces.of(names)) {
      identities.add(identity(file));
    }
    return identities;
  }

  /** Of a namespace's file; something that equals nothing when the process has gone. */
  private static Object identity(Path file) {
    try {
      return Files.getAttribute(file, "unix:ino");
    } catch (IOException e) {
      return new Object();
    }
  }

  private static Set<Long> ancestry() {
    Set<Long> pids = new HashSet<>();
    for (ProcessHandle p = ProcessHandle.current(); p != null; p = p.parent().orElse(null)) {
      pids.add(p.pid());
    }
    return pids;
  }

  /** A process may end while it is read: then there is nothing. */
  private static String read(Path file) {
    try (var in = Files.newInputStream(file)) {
      return new String(in.readNBytes(READ_BYTES_MAX), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }
}
