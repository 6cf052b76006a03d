package io.nereid.nymph.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.Fence;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.RandomHex;
import io.nereid.domain.id.Term;
import io.nereid.nymph.HostBasics;
import io.nereid.nymph.NymphCore;
import io.nereid.nymph.container.ContainerRecord;
import io.nereid.nymph.fs.HostPaths;
import io.nereid.nymph.fs.MountTable;
import io.nereid.process.ProgramEnvironment;
import io.nereid.protocol.message.ContainerAction;
import io.nereid.protocol.message.NymphMessages.CommandRequest;
import io.nereid.protocol.message.NymphMessages.CreateRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** One host in a directory, with real runc and conmon; closing it checks that nothing is left. */
public final class TestHost implements AutoCloseable {
  /** What commands carry. */
  public static final Fence FENCE = new Fence(new Term(1), Epoch.FIRST);

  private final HostPaths paths;
  public NymphCore core;
  public final FakeTransfer transfer;

  public TestHost(Path directory) {
    this(directory, "t" + RandomHex.ofBytes(3));
  }

  /** A host of a known name, for one that was started in another process. */
  public TestHost(Path directory, String name) {
    this(directory, name, Set.of());
  }

  private TestHost(Path directory, String name, Set<ContainerId> reserved) {
    this.paths = pathsIn(directory, name);
    this.transfer = new FakeTransfer(directory.resolve("data/layers"));
    open(reserved);
  }

  /** A host that keeps what belongs to reservations. */
  public static TestHost withReserved(Path directory, String name, Set<ContainerId> reserved) {
    return new TestHost(directory, name, reserved);
  }

  private static HostPaths pathsIn(Path directory, String name) {
    return new HostPaths(
        new NodeId(name),
        directory.resolve("data"),
        directory.resolve("run"),
        directory.resolve("dumps"));
  }

  private void open(Set<ContainerId> reserved) {
    HostBasics basics = HostBasics.open(paths, ProgramEnvironment.from(System.getenv()));
    core =
        NymphCore.open(
            basics,
            new LoopbackNetwork(paths),
            transfer,
            SilentSockets.of(paths),
            List.of(),
            Clock.systemUTC());
    core.adoption().run(reserved);
  }

  /** As after a crash: everything in memory is gone, nothing was said to anybody. */
  public void forgetEverythingAndComeBack() {
    core.sockets().close();
    core.basics().close();
    open(Set.of());
  }

  public HostPaths paths() {
    return paths;
  }

  /** Makes a container and starts it. */
  public ContainerStatus run(Path bundle) {
    return create(bundle, NetworkMode.NONE, true);
  }

  /** Makes a container. */
  public ContainerStatus create(Path bundle, NetworkMode mode, boolean start) {
    ContainerId id = ContainerId.random();
    return core.service()
        .create(
            new CreateRequest(
                FENCE,
                id,
                new ContainerName("c-" + id.value().substring(0, 8)),
                bundle.toString(),
                NetworkSpec.without(mode),
                start));
  }

  /** Does something to a container. */
  public ContainerStatus command(ContainerId id, ContainerAction action) {
    return core.service().command(new CommandRequest(FENCE, id, action));
  }

  /** All of its log. */
  public String log(ContainerId id) throws IOException {
    Path log = paths.container(id).log();
    return Files.exists(log) ? Files.readString(log) : "";
  }

  /** Removes all containers and checks that the host is as empty as before. */
  @Override
  public void close() throws IOException {
    for (ContainerRecord record : core.store().all()) {
      core.life().erase(record.id());
    }
    assertNothingIsLeft();
    core.cgroups().remove(paths.cgroupParent());
    core.sockets().close();
    core.basics().close();
  }

  /** No mount, cgroup, runtime state, directory, journal entry of any container. */
  public void assertNothingIsLeft() throws IOException {
    Path base = paths.data().getParent().toRealPath();
    assertThat(MountTable.read().below(base)).isEmpty();
    assertThat(core.cgroups().children(paths.cgroupParent())).isEmpty();
    assertThat(core.basics().journal().all()).isEmpty();
    for (Path directory :
        List.of(
            paths.containers(),
            paths.trash(),
            paths.runcRoot(),
            paths.conmon(),
            paths.exits(),
            paths.networkNamespaces(),
            paths.dumps())) {
      if (Files.exists(directory)) {
        try (Stream<Path> entries = Files.list(directory)) {
          assertThat(entries.toList()).as(directory.toString()).isEmpty();
        }
      }
    }
    assertThat(
            ProcessHandle.allProcesses()
                .filter(p -> p.info().commandLine().orElse("").contains(base.toString()))
                .filter(p -> p.info().command().orElse("").endsWith("conmon"))
                .toList())
        .isEmpty();
  }
}
