package io.nereid.nymph.preflight;

import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.preflight.BindMount;
import io.nereid.domain.preflight.ContainerFacts;
import io.nereid.domain.preflight.HostTraits;
import io.nereid.domain.preflight.TargetFacts;
import io.nereid.nymph.NymphCore;
import io.nereid.nymph.container.ContainerRecord;
import io.nereid.nymph.fs.HostPaths;
import io.nereid.nymph.ipc.ContainerSockets;
import io.nereid.nymph.probe.HostProbe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The facts that this host contributes to the judgement of a move, as its source or as its target.
 * Blocks for small files and for short runs of CRIU; changes nothing; thread-safe.
 */
public final class Preflight {
  private final NymphCore core;
  private final HostProbe probe;
  private final Predicate<ContainerRecord> tcpMoves;
  private final ProcFiles proc = new ProcFiles(Path.of("/proc"));
  private final InsideProbe insides;
  private final Processor processor;

  /**
   * Prepares.
   *
   * @param tcpMoves whether established connections of a container are taken along
   */
  public Preflight(NymphCore core, HostProbe probe, Predicate<ContainerRecord> tcpMoves) {
    this.core = core;
    this.probe = probe;
    this.tcpMoves = tcpMoves;
    this.insides = new InsideProbe(proc, core.basics().runner());
    this.processor = new Processor(core.basics().runner(), proc, paths().run());
  }

  private HostPaths paths() {
    return core.basics().paths();
  }

  /**
   * A container that runs here.
   *
   * @param filesBytes of its writable layer and its read-only one
   * @param dirty how fast it rewrites memory; asked at the end
   */
  public ContainerFacts source(
      ContainerRecord record, ContainerStatus status, long filesBytes, LongSupplier dirty) {
    ContainerId id = record.id();
    List<BindMount> binds = binds(record);
    Set<String> points = binds.stream().map(BindMount::destination).collect(Collectors.toSet());
    String cgroup = paths().cgroup(id);
    InsideProbe.Found found =
        insides.look(core.cgroups().processes(cgroup), status.pid().orElse(-1), points);
    long used = core.cgroups().memoryBytes(cgroup) + found.swappedBytes();
    // What several processes share was counted for each; what the cgroup uses contains page cache.
    long memory = used > 0 ? Math.min(used, found.memoryBytes()) : found.memoryBytes();
    return new ContainerFacts(
        id,
        record.name(),
        record.network(),
        traits(),
        processor.image(),
        record.terminal(),
        tcpMoves.test(record),
        memory,
        dirty.getAsLong(),
        filesBytes,
        freeBytes(paths().dumps()),
        binds,
        found.inside());
  }

  /** This host, to which a container may come. */
  public TargetFacts target(ContainerFacts container) {
    String free = ProcFiles.field(proc.text("meminfo"), "MemAvailable:");
    long freeKib = ProcFiles.number(free, -1);
    return new TargetFacts(
        traits(),
        freeKib < 0 ? -1 : freeKib << 10,
        freeBytes(paths().data()),
        processor.match(container.cpuImage()),
        nameTaken(container),
        addressTaken(container),
        container.binds().stream()
            .limit(ContainerFacts.BINDS_MAX)
            .map(bind -> identity(bind.source()))
            .toList(),
        portsTaken(container));
  }

  private HostTraits traits() {
    return new HostTraits(
        paths().node(),
        probe.capabilities(),
        processor.flags(),
        proc.text("sys/kernel/random/boot_id").strip());
  }

  private List<BindMount> binds(ContainerRecord record) {
    // What this host mounts itself the other one will, too.
    Optional<String> ours = ContainerSockets.place(record.annotations());
    return core.bundles().binds(record.id(), record.bundle()).stream()
        .filter(b -> ours.filter(b.destination()::equals).isEmpty())
        .limit(ContainerFacts.BINDS_MAX)
        .map(b -> new BindMount(b.source(), b.destination(), b.writable(), identity(b.source())))
        .toList();
  }

  /** Device and inode: enough within one machine, where alone they are compared. */
  private static String identity(String source) {
    try {
      Map<String, Object> all = Files.readAttributes(Path.of(source), "unix:dev,ino");
      return all.get("dev") + ":" + all.get("ino");
    } catch (IOException | InvalidPathException e) {
      return "";
    }
  }

  private static long freeBytes(Path directory) {
    try {
      return Files.getFileStore(directory).getUsableSpace();
    } catch (IOException e) {
      return -1;
    }
  }

  private Optional<String> nameTaken(ContainerFacts container) {
    return core.store().all().stream()
        .filter(r -> r.id().equals(container.id()) || r.name().equals(container.name()))
        .map(r -> r.name() + " (" + r.id() + ")")
        .findFirst();
  }

  private Optional<String> addressTaken(ContainerFacts container) {
    if (container.network().mode() != NetworkMode.BRIDGE) {
      return Optional.empty();
    }
    Optional<String> wanted = withoutPrefix(container.network().address());
    return core.store().all().stream()
        .filter(r -> !r.id().equals(container.id()))
        .filter(r -> wanted.isPresent() && withoutPrefix(r.network().address()).equals(wanted))
        .map(r -> r.name() + " (" + r.id() + ")")
        .findFirst();
  }

  private static Optional<String> withoutPrefix(Optional<String> address) {
    return address.map(a -> a.indexOf('/') < 0 ? a : a.substring(0, a.indexOf('/')));
  }

  private List<Integer> portsTaken(ContainerFacts container) {
    if (container.network().mode() != NetworkMode.HOST) {
      return List.of();
    }
    Set<Integer> taken =
        Sockets.of(null, proc.text("self/net/tcp"), proc.text("self/net/tcp6")).listening();
    return container.inside().tcpListening().stream().filter(taken::contains).toList();
  }
}
