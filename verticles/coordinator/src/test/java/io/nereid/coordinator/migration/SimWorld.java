package io.nereid.coordinator.migration;

import static io.nereid.coordinator.testkit.Examples.A;
import static io.nereid.coordinator.testkit.Examples.B;
import static io.nereid.coordinator.testkit.Examples.ID;
import static io.nereid.coordinator.testkit.Examples.NOW;

import io.nereid.coordinator.testkit.NymphModel;
import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.id.NodeId;
import io.nereid.protocol.message.StepMessages.StepReply;
import io.nereid.protocol.message.StepMessages.StepRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Two nymphs, a ledger, a store and a network under one seeded random and one clock. Everything
 * that can happen in between is drawn from the seed. Checks after every change of a copy that at
 * most one runs and that none is lost.
 */
final class SimWorld {
  private static final long DETECT_CRASH_MS = 300;
  private static final long DETECT_SILENCE_MS = 3_000;

  private record Timed(long at, long number, Runnable action) implements Comparable<Timed> {
    @Override
    public int compareTo(Timed other) {
      int byTime = Long.compare(at, other.at);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  /** One host as the world sees it. */
  static final class SimNode {
    NymphModel model;
    boolean up = true;
    boolean linked = true;
    boolean present = true;
    int incarnation;
  }

  static final Long SEED = Long.getLong("simulation.seed");
  private final boolean tracing = SEED != null;
  final Random random;
  final Map<NodeId, SimNode> nodes = new HashMap<>();
  final List<SimLeader> leaders = new ArrayList<>();
  final List<String> trace = new ArrayList<>();
  private final Map<NymphModel.Job, List<Consumer<StepReply>>> waiters = new IdentityHashMap<>();
  private final PriorityQueue<Timed> queue = new PriorityQueue<>();
  private long number;
  long now;
  boolean faulty = true;
  boolean peersLinked = true;
  boolean ranAtTarget;
  boolean pagesLost;
  NodeId target = B;
  String violation;
  Runnable takeOver = () -> {};

  // The ledger and the store: each access takes effect at one moment, whatever its caller learns.
  Optional<Ownership> ledger = Optional.empty();
  Optional<MigrationRecord> stored = Optional.empty();
  int storeIncarnation;

  SimWorld(long seed) {
    random = new Random(seed);
    for (NodeId id : List.of(A, B)) {
      SimNode node = new SimNode();
      node.model = new NymphModel(id, this::peer, this::changed);
      node.model.host(job -> begin(node, job));
      node.model.postCopy = seed % 3 == 0;
      nodes.put(id, node);
    }
  }

  Instant instant() {
    return NOW.plusMillis(now);
  }

  void after(long ms, Runnable action) {
    queue.add(new Timed(now + ms, number++, action));
  }

  void runUntil(long end) {
    while (!queue.isEmpty() && queue.peek().at <= end && violation == null) {
      Timed next = queue.poll();
      now = next.at;
      next.action.run();
    }
    now = Math.max(now, end);
  }

  /** True with this probability, while there are faults at all. */
  boolean chance(double probability) {
    return faulty && random.nextDouble() < probability;
  }

  long between(long from, long to) {
    return from + (long) (random.nextDouble() * (to - from + 1));
  }

  /** Remembered only when one schedule is looked at: turning everything into text takes long. */
  void note(Object... what) {
    if (tracing) {
      trace.add(now + " " + Stream.of(what).map(String::valueOf).collect(Collectors.joining()));
    }
  }

  private Optional<NymphModel> peer(NodeId id) {
    SimNode node = nodes.get(id);
    return node.up && peersLinked ? Optional.of(node.model) : Optional.empty();
  }

  private void changed(String what) {
    note(what);
    pagesLost |= what.startsWith("pages lost");
    int running = 0;
    int copies = 0;
    for (SimNode node : nodes.values()) {
      ContainerStatus copy = node.model.copies.get(ID);
      if (copy != null) {
        copies++;
        running += copy.state() == ContainerState.RUNNING ? 1 : 0;
      }
    }
    ContainerStatus atTarget = nodes.get(target).model.copies.get(ID);
    boolean runsAtTarget = atTarget != null && atTarget.state() == ContainerState.RUNNING;
    // What runs no further because its pages are lost may be overtaken, and nothing else.
    boolean overtaken = ranAtTarget && !runsAtTarget && running > 0 && !pagesLost;
    ranAtTarget |= runsAtTarget;
    if (what.startsWith("VIOLATION") || running > 1 || copies == 0 || overtaken) {
      violation = what + ": running " + running + ", copies " + copies + ", overtaken " + overtaken;
    }
  }

  // Nymphs.

  private void begin(SimNode node, NymphModel.Job job) {
    int incarnation = node.incarnation;
    after(
        between(1, chance(0.1) ? 3_000 : 60),
        () -> {
          if (node.up && node.incarnation == incarnation) {
            Optional<Failure> failure =
                chance(0.04)
                    ? Optional.of(Failure.of(FailureCode.RUNTIME_FAILED, "drawn", ""))
                    : Optional.empty();
            node.model.perform(job, failure);
            note(node.model.node, " ", job.request.command(), " -> ", job.reply);
            answer();
          }
        });
  }

  private void answer() {
    for (NymphModel.Job job : List.copyOf(waiters.keySet())) {
      if (job.reply != null) {
        waiters.remove(job).forEach(w -> w.accept(job.reply));
      }
    }
  }

  void crash(NodeId id) {
    SimNode node = nodes.get(id);
    if (node.up) {
      note("crash of ", id);
      node.up = false;
      node.incarnation++;
      node.model.crash(random.nextBoolean());
      after(DETECT_CRASH_MS, () -> see(id));
    }
  }

  void restart(NodeId id) {
    SimNode node = nodes.get(id);
    if (!node.up) {
      note("restart of ", id);
      node.up = true;
      after(between(50, 500), () -> see(id));
    }
  }

  void cut(NodeId id) {
    note("cut ", id);
    nodes.get(id).linked = false;
    after(DETECT_SILENCE_MS, () -> see(id));
  }

  void mend(NodeId id) {
    note("mend ", id);
    nodes.get(id).linked = true;
    after(between(50, 500), () -> see(id));
  }

  private void see(NodeId id) {
    SimNode node = nodes.get(id);
    boolean present = node.up && node.linked;
    if (present != node.present) {
      node.present = present;
      note(id, (present ? " is back" : " is lost"));
      leaders.forEach(l -> l.nodeChanged(id, present));
    }
  }

  // The network between coordinators and nymphs.

  /** Delivers a request, perhaps late, twice, or never; the same with its reply. */
  void send(NodeId to, StepRequest request, Consumer<Object> reply) {
    SimNode node = nodes.get(to);
    if (!node.up && !chance(0.3)) {
      after(1, () -> reply.accept(Walk.AWAY));
      return;
    }
    int copies = chance(0.05) ? 2 : chance(0.05) ? 0 : 1;
    for (int i = 0; i < copies; i++) {
      after(delay(), () -> deliver(node, request, reply));
    }
  }

  private long delay() {
    return chance(0.05) ? between(100, 8_000) : between(1, 5);
  }

  private void deliver(SimNode node, StepRequest request, Consumer<Object> reply) {
    if (!node.up || !node.linked) {
      return;
    }
    NymphModel.Job job = node.model.ask(request);
    boolean[] answered = {false};
    Consumer<StepReply> back =
        r -> {
          if (!answered[0] && node.linked && !chance(0.05)) {
            after(delay(), () -> reply.accept(r));
          }
          answered[0] = true;
        };
    if (job.reply != null) {
      back.accept(job.reply);
    } else {
      waiters.computeIfAbsent(job, j -> new ArrayList<>()).add(back);
      after(request.waitMs(), () -> back.accept(NymphModel.replyOf(job)));
    }
    answer();
  }

  // Maps of the cluster.

  /** A write: done or not, now or later, known or not. */
  void write(Runnable effect, Runnable known, Consumer<Failure> unknown) {
    int incarnation = storeIncarnation;
    Runnable guarded =
        () -> {
          if (storeIncarnation == incarnation) {
            effect.run();
          }
        };
    if (chance(0.03)) {
      after(1, () -> unknown.accept(Walk.REFUSED));
    } else if (chance(0.06)) {
      switch (random.nextInt(3)) {
        case 0 -> after(between(1, 20), guarded);
        case 1 -> after(between(100, 4_000), guarded);
        default -> {}
      }
      after(between(20, 200), () -> unknown.accept(Walk.UNKNOWN));
    } else {
      after(
          between(1, 3),
          () -> {
            guarded.run();
            after(1, known);
          });
    }
  }

  void read(Runnable known, Consumer<Failure> unknown) {
    if (chance(0.05)) {
      after(between(20, 200), () -> unknown.accept(Walk.UNKNOWN));
    } else {
      after(between(1, 3), known);
    }
  }
}
