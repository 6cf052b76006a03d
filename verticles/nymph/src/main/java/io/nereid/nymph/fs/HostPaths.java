package io.nereid.nymph.fs;

import io.nereid.config.NereidConfig;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.NodeId;
import java.nio.file.Path;

/**
 * Where everything of this host lies. Two nymphs on one machine have different directories and
 * names, so they never meet.
 *
 * @param data survives a reboot
 * @param run may be lost with a reboot
 * @param dumps where checkpoint images are written, this host's part of it
 */
public record HostPaths(NodeId node, Path data, Path run, Path dumps) {
  public HostPaths {
    data = data.toAbsolutePath().normalize();
    run = run.toAbsolutePath().normalize();
    dumps = dumps.toAbsolutePath().normalize();
  }

  /** From the configuration. */
  public static HostPaths of(NereidConfig config) {
    return new HostPaths(
        config.node().name(),
        config.node().dataDir(),
        config.node().runDir(),
        config.criu().dumpPath().resolve(config.node().name().value()));
  }

  /** All containers' directories. */
  public Path containers() {
    return data.resolve("containers");
  }

  /** What is being deleted; on the file system of {@link #containers} so that a rename suffices. */
  public Path trash() {
    return data.resolve("trash");
  }

  /** One container's files. */
  public ContainerDirs container(ContainerId id) {
    return new ContainerDirs(
        containers().resolve(id.value()), run.resolve("conmon").resolve(id.value()));
  }

  /** The resource journal's directory. */
  public Path journal() {
    return data.resolve("journal");
  }

  /** The epochs' directory. */
  public Path epochs() {
    return data.resolve("epochs");
  }

  /** The runtime's state, {@code runc --root}. */
  public Path runcRoot() {
    return run.resolve("runc");
  }

  /** What conmon needs while a container runs, one directory each. */
  public Path conmon() {
    return run.resolve("conmon");
  }

  /** Where conmon leaves a file with the exit code, named after the container. */
  public Path exits() {
    return run.resolve("exits");
  }

  /** What commands inside containers need, one directory each. */
  public Path execs() {
    return run.resolve("exec");
  }

  /** The sockets through which containers speak to this host, named after the container. */
  public Path sockets() {
    return run.resolve("ipc");
  }

  /** Bind mounts of network namespaces, named after the container. */
  public Path networkNamespaces() {
    return run.resolve("netns");
  }

  /** Checkpoint images of one container. */
  public Path dumps(ContainerId id) {
    return dumps.resolve(id.value());
  }

  /** The cgroup below which all containers of this host are, in every hierarchy. */
  public String cgroupParent() {
    return "/nereid-" + node.value();
  }

  /** One container's cgroup, in every hierarchy. */
  public String cgroup(ContainerId id) {
    return cgroupParent() + "/" + id.value();
  }
}
