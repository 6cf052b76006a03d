package io.nereid.nymph;

import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.node.NodeInfo;
import io.nereid.domain.node.NodeReport;
import io.nereid.nymph.container.Inspector;
import io.nereid.nymph.exec.ExecSessions;
import io.nereid.nymph.logs.LogReader;
import io.nereid.nymph.move.StepService;
import io.nereid.nymph.snapshot.SnapshotService;
import io.nereid.nymph.standing.Contact;
import io.nereid.nymph.standing.Returning;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Everything that a nymph serves.
 *
 * @param node how the host is now
 */
record Nymph(
    NymphCore core,
    StepService steps,
    SnapshotService snapshots,
    LogReader logs,
    ExecSessions execs,
    Inspector inspector,
    Contact contact,
    Returning returning,
    Supplier<NodeInfo> node,
    Clock clock)
    implements AutoCloseable {

  static Nymph of(
      NymphCore core,
      StepService steps,
      SnapshotService snapshots,
      Contact contact,
      Returning returning,
      Supplier<NodeInfo> node,
      Clock clock) {
    var paths = core.basics().paths();
    var watch = core.basics().watch();
    return new Nymph(
        core,
        steps,
        snapshots,
        new LogReader(core.store(), core.view(), paths, watch),
        new ExecSessions(
            new ExecSessions.Parts(
                core.store(),
                core.executor(),
                core.view(),
                core.epochs(),
                core.runc(),
                core.basics().runner(),
                paths,
                watch)),
        new Inspector(
            core.store(),
            core.view(),
            core.bundles(),
            core.cgroups(),
            paths,
            core.basics().runner()),
        contact,
        returning,
        node,
        clock);
  }

  /** Itself and all of its containers. Blocks for small files; the first time for the probe. */
  NodeReport report() {
    // Before those that are here: one that comes back in between is in both, and not in neither.
    List<ContainerStatus> returning = snapshots.returning();
    List<ContainerStatus> here = core.view().all();
    Set<ContainerId> ids = here.stream().map(ContainerStatus::id).collect(Collectors.toSet());
    List<ContainerStatus> all =
        Stream.concat(here.stream(), returning.stream().filter(s -> !ids.contains(s.id())))
            .toList();
    return new NodeReport(
        node.get(), all, clock.instant(), snapshots.version(), core.volumes().store().version());
  }

  @Override
  public void close() {
    returning.close();
    execs.close();
    snapshots.close();
    steps.close();
    core.sockets().close();
    core.cgroups().removeIfEmpty(core.basics().paths().cgroupParent());
    core.basics().close();
  }
}
