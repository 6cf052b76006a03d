package io.nereid.coordinator.recovery;

import io.nereid.config.RecoveryConfig;
import io.nereid.coordinator.directory.Operations;
import io.nereid.coordinator.directory.Refs;
import io.nereid.coordinator.recovery.RecoveryPlanner.Wish;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.container.Ownership.Stage;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.node.NodeView;
import io.nereid.domain.recovery.Protection;
import io.nereid.domain.recovery.Recovery;
import io.nereid.protocol.message.RecoveryMessages.Claim;
import io.nereid.protocol.message.RecoveryMessages.Plan;
import io.nereid.protocol.message.RecoveryMessages.Plans;
import io.nereid.protocol.message.RecoveryMessages.RecoverRequest;
import io.nereid.protocol.message.RecoveryMessages.RecoveryList;
import io.nereid.protocol.message.RecoveryMessages.Standing;
import io.nereid.protocol.message.RecoveryMessages.StandingRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The recoveries of one leadership: looks who is gone, begins what the rules say, answers people
 * and hosts. Methods block; virtual threads only.
 */
public final class Recoveries {
  private static final Logger LOG = LoggerFactory.getLogger(Recoveries.class);

  /** More at once would only make each of them slower. */
  private static final int AT_ONCE_MAX = 4;

  private static final int SHOWN_MAX = 80;
  private final RecoveryPorts ports;
  private final Pinger pinger;
  private final Semaphore turns = new Semaphore(AT_ONCE_MAX);
  private final Set<ContainerId> underWay = ConcurrentHashMap.newKeySet();
  private final Runnable afterLook;
  private volatile boolean stopped;
  private String trouble = "";

  /**
   * Prepares.
   *
   * @param afterLook done after each look around, for those who decide by the same view
   */
  public Recoveries(RecoveryPorts ports, Runnable afterLook) {
    this.ports = ports;
    this.afterLook = afterLook;
    this.pinger =
        new Pinger(ports.bus(), ports.term(), ports.signs(), ports.times().pingTimeoutSource());
  }

  /** Takes up what an earlier leader has left; before any report is taken in. */
  public void resume() {
    for (Recovery left : ports.store().all()) {
      ports.protections().recovered(left);
      if (left.unfinished()) {
        LOG.info("going on with the recovery of '{}'", left.base().name());
        takeUp(left);
      }
    }
  }

  private void takeUp(Recovery left) {
    try {
      begin(left, Wish.NONE, true);
    } catch (FailureException e) {
      // Two halves of a cluster may have begun different things.
      LOG.error("the recovery of '{}' stays as it is: {}", left.base().name(), e.getMessage());
    }
  }

  /** Begins to look around; returns at once. */
  public void start() {
    Thread.ofVirtual().name("recoveries").start(this::loop);
  }

  /** Ends it; what is under way is the next leader's. */
  public void stop() {
    stopped = true;
  }

  private void loop() {
    while (!stopped) {
      try {
        ports.signs().look();
        look();
        trouble = "";
      } catch (RuntimeException e) {
        String said = FailureException.failureOf(e).message();
        if (!said.equals(trouble)) {
          LOG.info("who is gone is looked at again later: {}", said);
        }
        trouble = said;
      }
      LockSupport.parkNanos(ports.times().pingInterval().toNanos());
    }
  }

  private void look() {
    Cases cases = Cases.now(ports);
    pinger.ping(cases.nodes().stream().map(n -> n.node().id()).toList());
    Map<ContainerId, Recovery> last = new HashMap<>();
    ports.store().all().forEach(r -> last.put(r.base().id(), r));
    Set<ContainerId> there = new HashSet<>();
    for (Ownership owner : ports.ledger().all()) {
      there.add(owner.id());
      if (!underWay.contains(owner.id())) {
        one(cases, owner, Optional.ofNullable(last.get(owner.id())));
      }
    }
    last.keySet().stream()
        .filter(id -> !there.contains(id) && !underWay.contains(id))
        .forEach(ports.store()::remove);
    afterLook.run();
  }

  private void one(Cases cases, Ownership owner, Optional<Recovery> last) {
    RecoveryPlanner.Case about = cases.of(owner, Cases.tried(owner, last));
    boolean away = about.owner() == Life.ABSENT || about.owner() == Life.GONE;
    Optional<Plan> plan =
        away ? Optional.of(RecoveryPlanner.plan(about, Wish.NONE)) : Optional.empty();
    Optional<String> waits = plan.flatMap(Plan::waits);
    boolean wanted = plan.flatMap(Plan::target).isPresent();
    boolean unasked = ports.times().unasked(ports.majority());
    if (wanted && !unasked) {
      waits = Optional.of(notUnasked(owner));
    }
    if (ports.protections().put(owner.id(), new Protection(cases.point(owner), last, waits))) {
      ports.directory().show(owner);
      waits
          .filter(w -> about.owner() == Life.GONE)
          .ifPresent(w -> LOG.warn("container '{}' is not recovered: {}", owner.name(), w));
    }
    if (wanted && unasked) {
      tryToBegin(plan.get(), last, Wish.NONE);
    }
  }

  private String notUnasked(Ownership owner) {
    String why =
        ports.times().auto() == RecoveryConfig.Auto.FALSE
            ? "recovery.auto is false"
            : "with a quorum of 1 host '"
                + owner.owner()
                + "' may just be cut off, and do the same (recovery.auto: always)";
    return why + ": if it is dead, 'nereid recover " + owner.name() + "'";
  }

  private void tryToBegin(Plan plan, Optional<Recovery> last, Wish wish) {
    try {
      begin(plan, last, wish);
    } catch (FailureException e) {
      LOG.info("recovery of '{}' is tried again: {}", plan.container().name(), e.getMessage());
    }
  }

  private void begin(Plan plan, Optional<Recovery> last, Wish wish) {
    Ownership base = plan.container();
    Recovery first =
        new Recovery(
            base,
            wish.asked(),
            Recovery.Phase.RESTORING,
            plan.lost().orElseThrow(),
            base,
            Recoverer.granted(base, plan.target().orElseThrow()),
            plan.snapshot().orElseThrow(),
            plan.holder().orElseThrow(),
            wish.asked() ? List.of() : Cases.tried(base, last),
            ports.clock().instant(),
            Optional.empty(),
            Optional.empty());
    if (ports.store().write(last, first)) {
      begin(first, wish, false);
    }
  }

  /** From now on nobody is told that the container is still its old host's. */
  private void begin(Recovery record, Wish wish, boolean resumed) {
    ContainerId id = record.base().id();
    Operations.Running running = ports.operations().begin(record.base(), "recover");
    underWay.add(id);
    ports.protections().recovered(record);
    Thread.ofVirtual()
        .name("recovery-" + id.value())
        .start(() -> {
          boolean turn = false;
          try {
            turns.acquire();
            turn = true;
            new Recoverer(ports, record, wish, () -> stopped).run(resumed);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } catch (RuntimeException e) {
            LOG.error("the recovery of '{}' broke", record.base().name(), e);
          } finally {
            if (turn) {
              turns.release();
            }
            underWay.remove(id);
            running.close();
          }
        });
  }

  /** A host asks what is its own: what it hears of was decided before, or will not be now. */
  public Standing standing(StandingRequest request) {
    NodeId node = request.node();
    ports.signs().heard(node);
    List<ContainerId> kept = new ArrayList<>();
    for (Claim claim : request.claims()) {
      boolean decided = !underWay.contains(claim.container());
      boolean own =
          ports
              .ledger()
              .read(claim.container())
              .filter(o -> o.owner().equals(node) && o.stage() == Stage.HELD)
              .isPresent();
      if (decided && own && !underWay.contains(claim.container())) {
        kept.add(claim.container());
      }
    }
    return new Standing(ports.term(), kept);
  }

  /** What a person wants recovered; begins it unless only asked what would be done. */
  public Plans recover(RecoverRequest request) {
    List<Ownership> wanted = wanted(request.ref());
    Cases cases = Cases.now(ports);
    Wish wish = new Wish(true, request.node());
    request.node().ifPresent(on -> requirePresent(on, cases.nodes()));
    List<Plan> plans = new ArrayList<>();
    for (Ownership owner : wanted) {
      Optional<Recovery> last = ports.store().read(owner.id());
      Plan plan =
          underWay.contains(owner.id())
              ? waiting(owner, "it is being recovered already")
              : RecoveryPlanner.plan(cases.of(owner, List.of()), wish);
      if (!request.dryRun() && plan.target().isPresent()) {
        begin(plan, last, wish);
      }
      plans.add(plan);
    }
    return new Plans(!request.dryRun(), plans);
  }

  private static Plan waiting(Ownership owner, String why) {
    return new Plan(
        owner,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(why));
  }

  private List<Ownership> wanted(String ref) {
    List<Ownership> all = ports.ledger().all();
    boolean node =
        ref != null
            && ref.length() <= SHOWN_MAX
            && ports.directory().nodes().stream().anyMatch(n -> n.node().id().value().equals(ref));
    boolean container = all.stream().anyMatch(o -> o.name().value().equals(ref));
    if (!node || container) {
      return List.of(Refs.find(ref, all));
    }
    return all.stream()
        .filter(o -> o.owner().value().equals(ref))
        .sorted(Comparator.comparing(Ownership::name))
        .toList();
  }

  private static void requirePresent(NodeId on, List<NodeView> nodes) {
    boolean present = nodes.stream().anyMatch(n -> n.node().id().equals(on) && n.present());
    if (!present) {
      throw new FailureException(
          Failure.refused(
              FailureCode.UNKNOWN_NODE,
              "there is no host '" + on + "' in the cluster at the moment",
              "look at 'nereid nodes'"));
    }
  }

  /** The last one of each container, the newest first. */
  public RecoveryList list() {
    return new RecoveryList(
        ports.store().all().stream()
            .sorted(Comparator.comparing(Recovery::started).reversed())
            .toList());
  }
}
