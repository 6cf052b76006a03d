package io.nereid.nymph.container;

import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.InvalidIdException;
import io.nereid.nymph.fs.DirectoryWatch;
import io.nereid.nymph.fs.HostPaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees containers end: at once when conmon writes an exit code, and by looking when nobody wrote
 * one. Quick; the work is done on virtual threads.
 */
public final class Supervisor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);
  private final ContainerStore store;
  private final ContainerRuntime runtime;
  private final ContainerService service;
  private final HostPaths paths;
  private final DirectoryWatch.Registration registration;
  private final Runnable changed;
  private final Set<ContainerId> underWay = ConcurrentHashMap.newKeySet();

  /**
   * Begins to watch.
   *
   * @param changed called after an end has been recorded
   */
  public Supervisor(
      ContainerStore store,
      ContainerRuntime runtime,
      ContainerService service,
      HostPaths paths,
      DirectoryWatch watch,
      Runnable changed) {
    this.store = store;
    this.runtime = runtime;
    this.service = service;
    this.paths = paths;
    this.changed = changed;
    this.registration = watch.onChange(paths.exits(), this::exitWritten);
  }

  private void exitWritten() {
    try (Stream<Path> files = Files.list(paths.exits())) {
      files.forEach(file -> {
        try {
          reap(new ContainerId(file.getFileName().toString()));
        } catch (InvalidIdException e) {
          LOG.trace("{} is not a container's", file);
        }
      });
    } catch (IOException e) {
      LOG.warn("cannot read {}: {}", paths.exits(), e.toString());
    }
  }

  /** Looks at all containers; to be called now and then. */
  public void look() {
    for (ContainerRecord record : store.all()) {
      boolean shouldRun = record.started().isPresent() && record.finished().isEmpty();
      if (shouldRun && record.hold().isEmpty()) {
        if (runtime.pid(record.id()).isEmpty()) {
          reap(record.id());
        } else {
          runtime.renewSocket(record);
        }
      }
    }
  }

  private void reap(ContainerId id) {
    if (!underWay.add(id)) {
      return;
    }
    Thread.ofVirtual()
        .name("reap-" + id.value().substring(0, 12))
        .start(() -> {
          try {
            service.reapIfEnded(id);
            changed.run();
          } catch (RuntimeException e) {
            LOG.warn("the end of container {} could not be recorded yet", id, e);
          } finally {
            underWay.remove(id);
          }
        });
  }

  @Override
  public void close() {
    registration.close();
  }
}
