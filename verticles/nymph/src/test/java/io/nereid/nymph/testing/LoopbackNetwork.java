package io.nereid.nymph.testing;

import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.id.ContainerId;
import io.nereid.nymph.fs.HostPaths;
import io.nereid.nymph.fs.Mounts;
import io.nereid.nymph.net.ContainerNetwork;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.process.SystemProcessRunner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Namespaces without any device but the loopback one, bound below the run directory. */
public final class LoopbackNetwork implements ContainerNetwork {
  private final HostPaths paths;
  private final SystemProcessRunner runner = SystemProcessRunner.ofThisHost();
  private final Mounts mounts = new Mounts(runner);

  public LoopbackNetwork(HostPaths paths) {
    this.paths = paths;
  }

  private Path path(ContainerId id) {
    return paths.networkNamespaces().resolve(id.value());
  }

  @Override
  public Path create(ContainerId id, NetworkSpec spec, boolean parked) {
    Path path = path(id);
    try {
      if (!Files.exists(path)) {
        Files.createDirectories(path.getParent());
        Files.createFile(path);
        Outcome made =
            runner.run(Command.of(Duration.ofSeconds(10), "unshare", "--net=" + path, "true"));
        if (!made.ok()) {
          throw new IllegalStateException(made.toString());
        }
      }
      return path;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void remove(ContainerId id) {
    try {
      if (Files.exists(path(id))) {
        mounts.unmountBelow(path(id));
        Files.delete(path(id));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Optional<Path> namespace(ContainerId id) {
    return Optional.of(path(id)).filter(Files::exists);
  }

  @Override
  public void adopt(Map<ContainerId, NetworkSpec> containers) {
    if (!Files.isDirectory(paths.networkNamespaces())) {
      return;
    }
    try (Stream<Path> all = Files.list(paths.networkNamespaces())) {
      all.map(p -> new ContainerId(p.getFileName().toString()))
          .filter(id -> !containers.containsKey(id))
          .toList()
          .forEach(this::remove);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void attach(ContainerId id) {}

  @Override
  public void detach(ContainerId id) {}

  @Override
  public void announce(ContainerId id) {}

  @Override
  public void unpark(ContainerId id) {}
}
