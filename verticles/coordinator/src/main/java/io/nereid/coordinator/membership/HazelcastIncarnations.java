package io.nereid.coordinator.membership;

import com.hazelcast.cluster.Cluster;
import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
import io.nereid.bus.Incarnations;
import io.nereid.coordinator.store.HazelcastSettings;
import io.nereid.domain.id.NodeId;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;

/**
 * Incarnations as Hazelcast's list of members has them. Of two members with one name the older one
 * counts: the other may be a host that was given the name by mistake, and does not come up.
 */
public final class HazelcastIncarnations implements Incarnations {
  private final Cluster cluster;

  /** Those of the cluster of this member, made from {@link HazelcastSettings}. */
  public HazelcastIncarnations(HazelcastInstance hazelcast) {
    this.cluster = hazelcast.getCluster();
  }

  @Override
  public String self() {
    return incarnationOf(cluster.getLocalMember()).orElseThrow();
  }

  @Override
  public Optional<String> of(NodeId node) {
    return first(m -> node.value().equals(m.getAttribute(HazelcastSettings.NODE_ATTRIBUTE)));
  }

  @Override
  public Optional<String> leader() {
    return first(HazelcastMembership::mayLead);
  }

  private Optional<String> first(Predicate<Member> wanted) {
    return StreamSupport.stream(cluster.getMembers().spliterator(), false)
        .filter(wanted)
        .findFirst()
        .flatMap(HazelcastIncarnations::incarnationOf);
  }

  private static Optional<String> incarnationOf(Member member) {
    return Optional.ofNullable(member.getAttribute(HazelcastSettings.INCARNATION_ATTRIBUTE));
  }
}
