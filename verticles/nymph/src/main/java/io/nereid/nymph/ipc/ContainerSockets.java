package io.nereid.nymph.ipc;

import io.nereid.config.IpcConfig;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.nymph.bundle.ExtraMount;
import io.nereid.nymph.fs.HostPaths;
import io.nereid.nymph.kernel.MountNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import jnr.unixsocket.UnixDatagramChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sockets of this host's containers: made before a container starts or is restored, removed
 * with what else it needs to run. Where a container has its socket is settled when it is made and
 * stands in an annotation, which goes with it wherever it goes. Blocks briefly; any thread.
 */
public final class ContainerSockets implements AutoCloseable {
  /** Where a container has its socket; a path or off. */
  public static final String ANNOTATION = "io.nereid.ipc";

  private static final Logger LOG = LoggerFactory.getLogger(ContainerSockets.class);

  /** Read-only: mode, owner and times of the file are not the container's to change either. */
  private static final List<String> OPTIONS = List.of("bind", "ro", "nosuid", "nodev", "noexec");

  /** What the kernel puts behind the name of a file that has been deleted. */
  private static final String DELETED = "//deleted";

  private final HostPaths paths;
  private final IpcConfig config;
  private final Requests requests;
  private final Listener listener;
  private final Set<ContainerId> made = ConcurrentHashMap.newKeySet();
  private final Set<ContainerId> perhapsStale = ConcurrentHashMap.newKeySet();

  /**
   * Of one host, without any yet.
   *
   * @param coordinator is asked for what containers ask for
   */
  public ContainerSockets(HostPaths paths, IpcConfig config, Coordinator coordinator) {
    this.paths = paths;
    this.config = config;
    this.requests = new Requests(coordinator);
    try {
      this.listener = new Listener();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen to containers", e);
    }
  }

  /**
   * Settles where a new container has its socket.
   *
   * @param annotations of its bundle
   * @return the same with the answer
   * @throws FailureException BUNDLE_INVALID when they ask for something impossible
   */
  public Map<String, String> settle(Map<String, String> annotations) {
    String asked = annotations.get(ANNOTATION);
    try {
      Optional<String> wanted = asked == null ? config.socket() : IpcConfig.path(asked);
      Map<String, String> settled = new HashMap<>(annotations);
      settled.put(ANNOTATION, config.socket().flatMap(on -> wanted).orElse(IpcConfig.OFF));
      return settled;
    } catch (IllegalArgumentException e) {
      throw new FailureException(
          Failure.refused(
              FailureCode.BUNDLE_INVALID,
              "the annotation '" + ANNOTATION + "' must be " + IpcConfig.rule(),
              "correct it in config.json or take it away"),
          e);
    }
  }

  /** Where a container has its socket, by its settled annotations. */
  public static Optional<String> place(Map<String, String> annotations) {
    try {
      return IpcConfig.path(annotations.getOrDefault(ANNOTATION, IpcConfig.OFF));
    } catch (IllegalArgumentException e) {
      // Never settled by any host.
      return Optional.empty();
    }
  }

  /** Makes a container's socket, unless it is there; what is to be mounted for it. */
  public List<ExtraMount> provide(
      ContainerId id, ContainerName name, Map<String, String> annotations) {
    Optional<String> place = place(annotations);
    if (place.isEmpty()) {
      return List.of();
    }
    if (made.add(id)) {
      try {
        make(id, name);
      } catch (IOException e) {
        made.remove(id);
        throw new FailureException(
            Failure.of(
                FailureCode.RUNTIME_FAILED,
                "cannot make the socket of container " + name + ": " + e.getMessage(),
                "look at node.runDir, or set ipc.socket to off"),
            e);
      }
    }
    return List.of(new ExtraMount(paths.sockets().resolve(id.value()), place.get(), OPTIONS));
  }

  private void make(ContainerId id, ContainerName name) throws IOException {
    UnixDatagramChannel channel = Listener.bind(paths.sockets().resolve(id.value()));
    if (config.socket().isEmpty()) {
      // It must be there for a container that came with one, but nobody listens.
      channel.close();
      return;
    }
    listener.add(
        new Ear(id, name, config.perMinute(), requests::perform, System::nanoTime), channel);
  }

  /**
   * Makes the socket of a container that an earlier daemon brought up. A socket is its file, so the
   * one that is mounted in the container is dead: {@link #renew} is to be called when it runs.
   */
  public void adopt(ContainerId id, ContainerName name, Map<String, String> annotations) {
    if (config.socket().isPresent() && !provide(id, name, annotations).isEmpty()) {
      perhapsStale.add(id);
    }
  }

  /** Whether {@link #renew} has something to do. */
  public boolean isPerhapsStale(ContainerId id) {
    return perhapsStale.contains(id);
  }

  /**
   * Mounts the socket of an adopted container anew.
   *
   * @param process of the container, which is neither frozen nor being dumped
   */
  public void renew(ContainerId id, Map<String, String> annotations, int process) {
    Optional<String> place = place(annotations);
    if (!perhapsStale.remove(id) || place.isEmpty()) {
      return;
    }
    Path socket = paths.sockets().resolve(id.value());
    try {
      boolean renewed =
          MountNamespace.replace(
              process, socket, place.get(), mounts -> isStale(mounts, place.get(), socket));
      LOG.debug("the socket in container {} was {}", id, renewed ? "renewed" : "left as it is");
    } catch (IOException e) {
      LOG.warn(
          "container {} cannot speak to its host until it is started anew or moved: {}",
          id,
          e.getMessage());
    }
  }

  /**
   * Whether a socket of this container that is no more is the last thing mounted there. Source of
   * the format: proc_pid_mountinfo(5).
   */
  static boolean isStale(String mounts, String place, Path socket) {
    String dead = "/" + socket.getParent().getFileName() + "/" + socket.getFileName() + DELETED;
    boolean stale = false;
    for (String line : mounts.split("\n")) {
      String[] fields = line.split(" ", 6);
      if (fields.length == 6 && fields[4].equals(place)) {
        stale = fields[3].endsWith(dead);
      }
    }
    return stale;
  }

  /** Removes a container's socket; idempotent. */
  public void remove(ContainerId id) {
    made.remove(id);
    perhapsStale.remove(id);
    listener.remove(id);
    try {
      Files.deleteIfExists(paths.sockets().resolve(id.value()));
    } catch (IOException e) {
      LOG.warn("the socket of container {} was not deleted: {}", id, e.getMessage());
    }
  }

  /** Listens to nobody any more; the sockets stay for the next daemon. */
  @Override
  public void close() {
    listener.close();
    requests.close();
  }
}
