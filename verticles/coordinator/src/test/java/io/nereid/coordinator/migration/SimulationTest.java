package io.nereid.coordinator.migration;

import static io.nereid.coordinator.testkit.Examples.A;
import static io.nereid.coordinator.testkit.Examples.B;
import static io.nereid.coordinator.testkit.Examples.ID;
import static io.nereid.coordinator.testkit.Examples.held;
import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.coordinator.directory.Rebuild;
import io.nereid.coordinator.testkit.Examples;
import io.nereid.coordinator.testkit.NymphModel;
import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.migration.MigrationOptions;
import io.nereid.domain.migration.Phase;
import io.nereid.domain.preflight.Rates;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Runs many migrations in a world that drops, delays, repeats and reorders, in which coordinators
 * die, sleep and take over, nymphs crash and come back, links are cut, and sometimes everything
 * that the cluster had in memory is lost. A failing schedule prints its seed; run it alone with
 * {@code -Dsimulation.seed=N}, more of them with {@code -Dsimulation.schedules=N}.
 */
class SimulationTest {
  private static final int SCHEDULES = Integer.getInteger("simulation.schedules", 100_000);
  private static final long FAULTS_MS = 9_000;
  private static final long QUIET_MS = 600_000;

  private final Map<Phase, Integer> outcomes = new EnumMap<>(Phase.class);

  /** How one schedule differs from the others. */
  private enum Kind {
    ORDINARY,
    TARGET_NEVER_COMES_BACK,
    CLUSTER_FORGETS
  }

  private static final class Schedule {
    final SimWorld world;
    final Kind kind;
    long term = 1;

    Schedule(long seed) {
      world = new SimWorld(seed);
      world.takeOver = this::takeOver;
      int draw = world.random.nextInt(10);
      kind =
          draw == 0
              ? Kind.TARGET_NEVER_COMES_BACK
              : draw == 1 ? Kind.CLUSTER_FORGETS : Kind.ORDINARY;
      world.nodes.get(A).model.put(Examples.status(ContainerState.RUNNING, 1), "begins");
      world.ledger = Optional.of(held(A, 1));
    }

    void begin(NodeId target, int round) {
      MigrationRecord first =
          MigrationRecord.first(
              new MigrationId("m-00000000000" + round),
              world.ledger.orElseThrow(),
              target,
              MigrationOptions.DEFAULT,
              Rates.USUAL,
              world.instant());
      world.target = target;
      world.ranAtTarget = false;
      world.pagesLost = false;
      world.stored = Optional.of(first);
      leader().lead(first, false);
    }

    private SimLeader leader() {
      SimLeader leader = new SimLeader(world, term++);
      world.leaders.add(leader);
      return leader;
    }

    void takeOver() {
      if (world.stored.filter(MigrationRecord::unfinished).isPresent()) {
        leader().lead(world.stored.get(), true);
      }
    }

    void drawFaults() {
      int faults = world.random.nextInt(5);
      for (int i = 0; i < faults; i++) {
        long at = world.between(0, world.chance(0.7) ? 900 : FAULTS_MS - 100);
        NodeId node = world.random.nextBoolean() ? A : B;
        long back = world.between(20, 5_000);
        int draw = world.random.nextInt(6);
        world.after(at, () -> fault(draw, node, back));
      }
    }

    private void fault(int draw, NodeId node, long back) {
      SimLeader last = world.leaders.getLast();
      switch (draw) {
        case 0 -> {
          world.crash(node);
          world.after(back, () -> restart(node));
        }
        case 1 -> {
          world.cut(node);
          world.after(back, () -> world.mend(node));
        }
        case 2 -> {
          last.die();
          world.after(world.between(300, 1_500), this::takeOver);
        }
        case 3 -> {
          last.sleep(back);
          world.after(world.between(300, 3_500), this::takeOver);
        }
        case 4 -> {
          world.peersLinked = false;
          world.after(back, () -> world.peersLinked = true);
        }
        default -> {
          last.cancel();
          NymphModel there = world.nodes.get(world.target).model;
          world.after(back / 3, () -> there.losePages(ID));
        }
      }
    }

    private void restart(NodeId node) {
      if (kind != Kind.TARGET_NEVER_COMES_BACK || !node.equals(world.target)) {
        world.restart(node);
      }
    }

    /** All coordinators are gone at once, and with them what was in memory. */
    void forget() {
      world.note("the cluster forgets");
      world.leaders.forEach(SimLeader::die);
      world.storeIncarnation++;
      world.ledger = Optional.empty();
      world.stored = Optional.empty();
      term += 1_000;
    }

    /** What a new leader makes of the reports of the hosts that it can reach. */
    void rebuild() {
      for (NodeId node : world.random.nextBoolean() ? List.of(A, B) : List.of(B, A)) {
        ContainerStatus status = world.nodes.get(node).model.copies.get(ID);
        boolean idle = world.stored.filter(MigrationRecord::unfinished).isEmpty();
        if (status == null || !world.nodes.get(node).up || !idle) {
          continue;
        }
        NodeId other = node.equals(A) ? B : A;
        Rebuild.Outcome outcome =
            Rebuild.of(
                node,
                status,
                world.ledger,
                Optional.ofNullable(world.nodes.get(other).model.copies.get(ID)),
                true,
                world.instant());
        world.note("report of ", node, " ", status, " leads to ", outcome);
        world.ledger = outcome.ledger();
        if (outcome.migration().isPresent()) {
          world.stored = outcome.migration();
          leader().lead(outcome.migration().get(), true);
        }
      }
    }

    void heal() {
      world.note("heals");
      world.faulty = false;
      world.peersLinked = true;
      for (NodeId node : List.of(A, B)) {
        world.mend(node);
        restart(node);
      }
      if (world.leaders.getLast().isGone()) {
        world.after(1_000, this::takeOver);
      }
    }
  }

  private void run(long seed) {
    Schedule s = new Schedule(seed);
    SimWorld world = s.world;
    s.begin(B, 1);
    s.drawFaults();
    if (s.kind == Kind.TARGET_NEVER_COMES_BACK) {
      world.after(world.between(0, 1_500), () -> world.crash(B));
    }
    if (s.kind == Kind.CLUSTER_FORGETS) {
      long at = world.between(10, 1_500);
      world.after(at, s::forget);
      for (long t = at + 2_000; t < FAULTS_MS + 60_000; t += 2_500) {
        world.after(t, s::rebuild);
      }
    }
    world.runUntil(FAULTS_MS);
    s.heal();
    world.runUntil(FAULTS_MS + QUIET_MS);
    checkOrShow(s);
    if (s.kind == Kind.ORDINARY && world.violation == null) {
      secondRound(s);
    }
  }

  /** Back again or once more, with epochs that the first round has left behind. */
  private void secondRound(Schedule s) {
    SimWorld world = s.world;
    NodeId owner = world.ledger.orElseThrow().owner();
    world.faulty = true;
    s.begin(owner.equals(A) ? B : A, 2);
    s.drawFaults();
    world.runUntil(world.now + FAULTS_MS);
    s.heal();
    world.runUntil(world.now + QUIET_MS);
    checkOrShow(s);
  }

  private void checkOrShow(Schedule s) {
    try {
      check(s);
    } catch (AssertionError e) {
      if (SimWorld.SEED != null) {
        s.world.trace.forEach(System.err::println);
      }
      throw e;
    }
  }

  private void check(Schedule s) {
    SimWorld world = s.world;
    assertThat(world.violation).isNull();
    Ownership owner = world.ledger.orElseThrow();
    ContainerStatus copy = world.nodes.get(owner.owner()).model.copies.get(ID);
    if (world.stored.isEmpty()) {
      assertThat(copy.state()).isEqualTo(ContainerState.RUNNING);
      return;
    }
    MigrationRecord record = world.stored.get();
    outcomes.merge(record.phase(), 1, Integer::sum);
    if (s.kind == Kind.TARGET_NEVER_COMES_BACK && record.unfinished()) {
      assertThat(record.migration().waiting()).as("a wait is explained").isPresent();
      boolean unknown =
          record.phase() == Phase.UNDECIDED
              || record.phase() == Phase.OUTSTANDING
              || record.phase() == Phase.RECLAIM;
      ContainerStatus kept = world.nodes.get(A).model.copies.get(ID);
      assertThat(unknown ? kept.state() : copy.state())
          .as("only what is not known waits: " + record)
          .isEqualTo(unknown ? ContainerState.FROZEN : ContainerState.RUNNING);
      return;
    }
    assertThat(record.unfinished()).as("all is done: " + record).isFalse();
    assertThat(record.phase()).isIn(Phase.SUCCEEDED, Phase.ROLLED_BACK);
    assertThat(owner.stage()).isEqualTo(Ownership.Stage.HELD);
    assertThat(copy).as("the owner has it").isNotNull();
    assertThat(copy.state()).isEqualTo(ContainerState.RUNNING);
    assertThat(copy.epoch().value()).isLessThanOrEqualTo(owner.epoch().value());
    NodeId other = owner.owner().equals(A) ? B : A;
    assertThat(world.nodes.get(other).model.copies).as("nothing elsewhere").isEmpty();
    if (s.kind == Kind.ORDINARY) {
      assertThat(world.nodes.values()).allMatch(n -> n.model.isClean());
    }
    NodeId expected =
        record.phase() == Phase.SUCCEEDED
            ? record.migration().target()
            : record.migration().source();
    assertThat(owner.owner()).isEqualTo(expected);
  }

  @Test
  void whateverHappensAtMostOneCopyRunsAndNoneIsLost() {
    Long only = SimWorld.SEED;
    long first = only == null ? 0 : only;
    long last = only == null ? SCHEDULES : only + 1;
    for (long seed = first; seed < last; seed++) {
      try {
        run(seed);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("schedule with -Dsimulation.seed=" + seed + ": " + e, e);
      }
    }
    if (only == null) {
      assertThat(outcomes.get(Phase.SUCCEEDED)).isGreaterThan(SCHEDULES / 10);
      assertThat(outcomes.get(Phase.ROLLED_BACK)).isGreaterThan(SCHEDULES / 10);
      assertThat(outcomes.get(Phase.UNDECIDED)).isPositive();
    }
  }
}
