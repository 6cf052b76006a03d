package io.nereid.launcher.demo.playground;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Several hosts on this machine. Must be closed; {@link Sweeper} removes what a killed one left.
 * Nothing is ever made once closing has begun, so a shutdown hook may close it at any moment.
 */
public final class Playground implements AutoCloseable {
  private final Tools tools;
  private final Names names;
  private final Path root;
  private final Segment segment;
  private final List<Daemon> daemons;
  private final ReentrantLock making = new ReentrantLock();
  private boolean closed;

  /**
   * What to make.
   *
   * @param hosts how many, 1 to 8
   * @param memoryBytes of the largest container that will move, to find a place for its images
   * @param copies how many times its memory the files of a run may take
   * @param environment added to that of the daemons
   */
  public record Plan(
      Names names,
      int hosts,
      long memoryBytes,
      int copies,
      JavaProgram java,
      Map<String, String> environment) {
    /** So many hosts with fresh names. */
    public static Plan of(int hosts, long memoryBytes, JavaProgram java) {
      return new Plan(Names.random(), hosts, memoryBytes, Space.COPIES, java, Map.of());
    }
  }

  public Playground(Tools tools, Plan plan) {
    this.tools = tools;
    this.names = plan.names();
    this.root = names.root(Space.choose(plan.memoryBytes(), plan.copies()));
    this.segment = new Segment(tools, names);
    this.daemons =
        Names.hosts(plan.hosts()).stream()
            .map(host -> new Daemon(tools, names, host, root, plan.java(), plan.environment()))
            .toList();
  }

  public Names names() {
    return names;
  }

  /** Directory for everything of this run. */
  public Path root() {
    return root;
  }

  public List<Daemon> daemons() {
    return daemons;
  }

  /** The daemon of a host by its short name. */
  public Daemon daemon(String host) {
    return daemons.stream().filter(d -> d.host().equals(host)).findFirst().orElseThrow();
  }

  /** The network namespace of the client. */
  public Path clientNetns() {
    return Names.netnsFile(names.clientNetns());
  }

  /** Makes namespaces, links and directories, and starts no daemon yet. */
  public void make() {
    guarded(() -> {
      Files.createDirectories(root);
      List<String> hosts = daemons.stream().map(Daemon::host).toList();
      segment.make(hosts);
      for (Daemon daemon : daemons) {
        daemon.prepare(hosts.stream().filter(other -> !other.equals(daemon.host())).toList());
      }
    });
  }

  /** Starts a host's daemon; it is not ready then. */
  public void start(Daemon daemon) {
    guarded(daemon::start);
  }

  /** Starts all daemons and waits until each of them serves. */
  public void startAll(Duration limit) {
    // The first one alone: members that start at once wait for each other to become the first.
    Daemon first = daemons.getFirst();
    start(first);
    first.awaitReady(limit);
    List<Daemon> others = daemons.subList(1, daemons.size());
    others.forEach(this::start);
    others.forEach(daemon -> daemon.awaitReady(limit));
  }

  /** Lets streams between hosts be no faster; the clients' way to the containers stays free. */
  public void limit(long bitsPerSecond) {
    guarded(() -> {
      for (Daemon daemon : daemons) {
        segment.limit(daemon.host(), bitsPerSecond);
      }
    });
  }

  /** Cuts the cable between a host and the segment, or mends it. */
  public void link(Daemon daemon, boolean up) {
    segment.link(daemon.host(), up);
  }

  /** Asks all daemons to end; false when one does not. */
  public boolean stopDaemons() {
    return Sweeper.end(
        daemons.stream().flatMap(d -> d.process().stream()).map(ProcessHandle::pid).toList());
  }

  /** Lets what was made stay when this process ends. */
  public void keep() {
    making.lock();
    try {
      closed = true;
    } finally {
      making.unlock();
    }
  }

  /** True when it has been removed, or left to stay. */
  public boolean isClosed() {
    making.lock();
    try {
      return closed;
    } finally {
      making.unlock();
    }
  }

  /** Ends the daemons and removes everything. */
  @Override
  public void close() {
    making.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      stopDaemons();
      List<String> left = new Sweeper(tools, names).sweep();
      if (!left.isEmpty()) {
        throw new FailureException(
            Failure.of(
                    FailureCode.NEEDS_OPERATOR,
                    "not everything of " + names + " could be removed",
                    "try again with: nereid demo --down " + names)
                .withEvidence(left));
      }
    } finally {
      making.unlock();
    }
  }

  /** Makes something of the run, unless it is being removed; what removes it waits meanwhile. */
  public void making(Making what) {
    guarded(what);
  }

  /** Something that leaves traces. */
  @FunctionalInterface
  public interface Making {
    /** Does it. */
    void run() throws IOException;
  }

  private void guarded(Making what) {
    making.lock();
    try {
      if (closed) {
        throw new FailureException(
            Failure.refused(FailureCode.CANCELLED, "the demo is being removed", ""));
      }
      what.run();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the playground", e);
    } finally {
      making.unlock();
    }
  }
}
