package io.nereid.coordinator.membership;

import com.hazelcast.cluster.Cluster;
import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.core.HazelcastInstance;
import io.nereid.coordinator.store.HazelcastSettings;
import io.nereid.domain.id.NodeId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.stream.StreamSupport;

/** Membership as Hazelcast sees it; hosts are known by a member attribute. */
public final class HazelcastMembership implements Membership {
  private final Cluster cluster;

  public HazelcastMembership(HazelcastInstance hazelcast) {
    this.cluster = hazelcast.getCluster();
  }

  @Override
  public List<NodeId> present() {
    return StreamSupport.stream(cluster.getMembers().spliterator(), false)
        .map(HazelcastMembership::nodeOf)
        .flatMap(Optional::stream)
        .distinct()
        .toList();
  }

  @Override
  public Optional<NodeId> leader() {
    return StreamSupport.stream(cluster.getMembers().spliterator(), false)
        .filter(HazelcastMembership::mayLead)
        .map(HazelcastMembership::nodeOf)
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** An older member that goes by the name of this one; two hosts must not share a name. */
  public Optional<String> olderNamesake() {
    Member self = cluster.getLocalMember();
    Optional<NodeId> name = nodeOf(self);
    for (Member member : cluster.getMembers()) {
      if (member.getUuid().equals(self.getUuid())) {
        return Optional.empty();
      }
      if (name.isPresent() && nodeOf(member).equals(name)) {
        return Optional.of(member.getAddress().toString());
      }
    }
    return Optional.empty();
  }

  @Override
  public Runnable watch(BiConsumer<NodeId, Boolean> watcher) {
    UUID registration =
        cluster.addMembershipListener(
            new MembershipListener() {
              @Override
              public void memberAdded(MembershipEvent event) {
                nodeOf(event.getMember()).ifPresent(n -> watcher.accept(n, true));
              }

              @Override
              public void memberRemoved(MembershipEvent event) {
                nodeOf(event.getMember()).ifPresent(n -> watcher.accept(n, false));
              }
            });
    return () -> cluster.removeMembershipListener(registration);
  }

  static boolean mayLead(Member member) {
    return "true".equals(member.getAttribute(HazelcastSettings.COORDINATOR_ATTRIBUTE));
  }

  private static Optional<NodeId> nodeOf(Member member) {
    String name = member.getAttribute(HazelcastSettings.NODE_ATTRIBUTE);
    return name == null ? Optional.empty() : Optional.of(new NodeId(name));
  }
}
