package io.nereid.nymph.track;

import io.nereid.process.ProcessLauncher;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Begins to track writes, where this host can. Thread-safe; blocks. */
public final class Trackers {
  private static final Logger LOG = LoggerFactory.getLogger(Trackers.class);

  /** Below it, comparing takes no longer than what it is done beside. */
  private static final long WORTH_BYTES = 48L << 20;

  private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+)(?:\\.(\\d+))?.*");

  /** A process that could not be followed may have replaced its program meanwhile. */
  private static final long AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final ProcessLauncher launcher;
  private final long worthBytes;
  private final Map<Integer, WriteTracking> owners = new ConcurrentHashMap<>();

  /** With the programs of this host. */
  public Trackers(ProcessLauncher launcher) {
    this(launcher, WORTH_BYTES);
  }

  /**
   * The same.
   *
   * @param worthBytes how much memory it must be
   */
  public Trackers(ProcessLauncher launcher, long worthBytes) {
    this.launcher = launcher;
    this.worthBytes = worthBytes;
  }

  /** Why this host cannot do it; empty when it can, as far as that is known without trying. */
  public static Optional<String> impossible() {
    try {
      return impossible(
          System.getProperty("os.arch"),
          Files.readString(Path.of("/proc/sys/kernel/osrelease"), StandardCharsets.US_ASCII));
    } catch (IOException e) {
      return Optional.of("the kernel's release is not known: " + e.getMessage());
    }
  }

  /**
   * The same of a host of which one knows a few things.
   *
   * @param arch as uname(1) or the JDK calls it
   * @param release of the kernel
   */
  public static Optional<String> impossible(String arch, String release) {
    if (!arch.equals("amd64") && !arch.equals("x86_64")) {
      return Optional.of("it is done on x86-64 only, this is " + arch);
    }
    return isRecent(release)
        ? Optional.empty()
        : Optional.of("it needs Linux 6.12.9, this is " + release.strip());
  }

  /**
   * PAGEMAP_SCAN is there since 6.7. Before 6.12.9, areas that were moved kept marks by which their
   * pages seemed unchanged for ever ("mm: clear uffd-wp PTE/PMD state on mremap").
   */
  static boolean isRecent(String release) {
    Matcher parts = RELEASE.matcher(release.strip());
    if (!parts.matches()) {
      return false;
    }
    try {
      int major = Integer.parseInt(parts.group(1));
      int minor = Integer.parseInt(parts.group(2));
      int patch = parts.group(3) == null ? 0 : Integer.parseInt(parts.group(3));
      return major > 6 || major == 6 && (minor > 12 || minor == 12 && patch >= 9);
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /**
   * Begins with some processes. Whoever tracked one of them before knows nothing of it any more:
   * there is one mark for each page. Takes a third of a second, of which each process is stopped
   * for well below a millisecond. Never fails: of a process that it cannot follow nothing is known.
   *
   * @param residentBytes how much memory they have of their own
   */
  public WriteTracking follow(Collection<Integer> pids, long residentBytes) {
    WriteTracking tracking = WriteTracking.none();
    follow(tracking, pids, residentBytes);
    return tracking;
  }

  /**
   * Goes on with those processes of a container that are there now: forgets those that have ended,
   * and begins with those that are new, or replaced their program.
   */
  public void extend(WriteTracking tracking, Collection<Integer> pids, long residentBytes) {
    long now = System.nanoTime();
    tracking.keepOnly(pids);
    List<Integer> fresh =
        pids.stream().filter(pid -> tracking.isWorthAsking(pid, now, AGAIN_NANOS)).toList();
    if (!fresh.isEmpty()) {
      follow(tracking, fresh, residentBytes);
    }
  }

  private void follow(WriteTracking tracking, Collection<Integer> pids, long residentBytes) {
    long began = System.nanoTime();
    pids.forEach(pid -> tracking.asked(pid, began));
    Optional<String> impossible =
        residentBytes < worthBytes ? Optional.of("there is little memory") : impossible();
    if (impossible.isPresent()) {
      pids.forEach(pid -> tracking.without(pid, impossible.get()));
      return;
    }
    owners.values().removeIf(owner -> owner.followed() == 0);
    pids.forEach(pid -> tracking.without(pid, "it was not asked"));
    try (Injector injector = Injector.start(launcher)) {
      for (int pid : pids) {
        WriteTracking before = owners.put(pid, tracking);
        if (before != null && before != tracking) {
          before.giveUp(pid, "somebody else tracks it now");
        }
        follow(injector, tracking, pid);
      }
    } catch (IOException e) {
      LOG.info("writes are not tracked: {}", e.getMessage());
      pids.forEach(pid -> tracking.explain(pid, e.getMessage()));
    }
    LOG.info(
        "writes of {} of {} processes are tracked, after {} ms{}",
        tracking.followed(),
        pids.size(),
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began),
        tracking.whyNot().map(why -> ": " + why).orElse(""));
  }

  private static void follow(Injector injector, WriteTracking tracking, int pid)
      throws IOException {
    Optional<String> unseen;
    try {
      unseen = UnseenWrites.possible(Path.of("/proc", Integer.toString(pid)));
    } catch (IOException e) {
      unseen = Optional.of("it has ended");
    }
    if (unseen.isPresent()) {
      tracking.without(pid, unseen.get());
      return;
    }
    try {
      tracking.follow(pid, injector.userfault(pid));
    } catch (Injector.No e) {
      tracking.without(pid, e.getMessage());
    }
  }
}
