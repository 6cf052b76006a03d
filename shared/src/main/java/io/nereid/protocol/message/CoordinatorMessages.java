package io.nereid.protocol.message;

import io.nereid.domain.container.Location;
import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.migration.Migration;
import io.nereid.domain.migration.MigrationOptions;
import io.nereid.domain.node.NodeView;
import io.nereid.domain.preflight.Assessment;
import io.nereid.domain.snapshot.PolicyWish;
import io.nereid.domain.volume.VolumeMount;
import java.util.List;
import java.util.Optional;

/**
 * What the leading coordinator is asked. A {@code ref} is a name, an id or a unique prefix of it.
 */
public final class CoordinatorMessages {
  private CoordinatorMessages() {}

  /**
   * Makes and starts a container.
   *
   * @param node where; its file system holds the bundle
   * @param bundle absolute path of the OCI bundle on that host
   * @param name chosen from the bundle's directory name and id when absent
   * @param address wanted IPv4 address, or absent: the next free one
   * @param start false: create only
   * @param protect how it is protected by snapshots; absent: as the host's settings say
   * @param volumes that it gets beside those that its bundle names
   */
  public record RunRequest(
      NodeId node,
      String bundle,
      Optional<String> name,
      NetworkMode network,
      Optional<String> address,
      boolean start,
      Optional<PolicyWish> protect,
      List<VolumeMount> volumes) {
    /** As the host's settings say, without volumes but those of its bundle. */
    public RunRequest(
        NodeId node,
        String bundle,
        Optional<String> name,
        NetworkMode network,
        Optional<String> address,
        boolean start) {
      this(node, bundle, name, network, address, start, Optional.empty(), List.of());
    }
  }

  /** Does something to one container. */
  public record CommandRequest(String ref, ContainerAction action) {}

  /** Finds one container. */
  public record LocateRequest(String ref) {}

  /** Lists containers; stopped ones too when {@code all}. */
  public record ListRequest(boolean all) {}

  /** Reply to {@link ListRequest}. */
  public record ContainerList(List<Location> containers) {}

  /** Lists hosts. */
  public record NodesRequest() {}

  /** Reply to {@link NodesRequest}. */
  public record NodeList(List<NodeView> nodes) {}

  /** Moves a container; the reply is the accepted migration, not its end. */
  public record MigrateRequest(String ref, Optional<String> target, MigrationOptions options) {}

  /**
   * Asks whether a container could move; changes nothing.
   *
   * @param target one host, or absent: every other one
   */
  public record PreflightRequest(String ref, Optional<String> target, MigrationOptions options) {}

  /** Reply to {@link PreflightRequest}: the container as it is now and a verdict for each host. */
  public record PreflightReport(
      ContainerId container,
      ContainerName name,
      NodeId source,
      long memoryBytes,
      long filesBytes,
      List<Assessment> hosts) {}

  /** Asks that a migration be given up; refused once the target has been granted. */
  public record CancelRequest(MigrationId migration) {}

  /**
   * Has a container go on at the source of its move as of the freeze, because the host to which it
   * has moved is gone for good before all of its pages had come.
   */
  public record TakeBackRequest(String ref) {}

  /** Reads one migration; waits until it differs from {@code knownVersion}, at most waitMs. */
  public record MigrationRequest(MigrationId migration, long knownVersion, long waitMs) {}

  /**
   * One migration as it stands.
   *
   * @param version rises with every change
   */
  public record MigrationView(long version, Migration migration) {}

  /** Lists migrations, the newest first, at most {@code limit}. */
  public record MigrationsRequest(int limit) {}

  /** Reply to {@link MigrationsRequest}. */
  public record MigrationList(List<Migration> migrations) {}

  /** Asks who has a read-only layer. */
  public record LayerRequest(String digest) {}

  /** Reply to {@link LayerRequest}: hosts that are in the cluster now. */
  public record LayerHolders(String digest, List<NodeId> holders) {
    public LayerHolders {
      holders = List.copyOf(holders);
    }
  }

  /** Confirms a report; {@code term} is the leader's. */
  public record ReportAck(io.nereid.domain.id.Term term) {}

  /** An empty reply. */
  public record Done() {}
}
