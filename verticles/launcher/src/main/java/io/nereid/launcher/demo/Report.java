package io.nereid.launcher.demo;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.nereid.launcher.demo.workload.ClientStats;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * What a demo found. Its JSON form is an interface: names are not changed, only added.
 *
 * @param workload what moved; several are joined by a plus sign
 * @param memoryBytes resident memory of the largest container
 * @param median of all moves that succeeded
 * @param ok true only when every check held
 */
record Report(
    int hosts,
    String workload,
    long memoryBytes,
    List<Move> moves,
    Optional<Median> median,
    List<Check> checks,
    boolean ok) {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .registerModule(new Jdk8Module())
          .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .setDefaultPropertyInclusion(JsonInclude.Include.NON_ABSENT);

  /**
   * One move.
   *
   * @param pauseMs from freeze to restore, as the coordinator measured it
   * @param totalMs from the request to the end
   * @param bytesTotal all that the target needed
   * @param bytesSent what went over the wire of that
   * @param phasesMs time in each phase
   * @param client what the client outside saw meanwhile
   * @param failure why it did not succeed
   */
  record Move(
      String workload,
      String from,
      String to,
      String outcome,
      long pauseMs,
      long totalMs,
      long bytesTotal,
      long bytesSent,
      Map<String, Long> phasesMs,
      ClientStats client,
      Optional<String> failure) {
    boolean succeeded() {
      return outcome.equals("succeeded");
    }
  }

  /** Of several moves, each figure by itself. */
  record Median(long pauseMs, long longestGapMs, long totalMs, long bytesSent) {
    static Optional<Median> of(List<Move> moves) {
      List<Move> good = moves.stream().filter(Move::succeeded).toList();
      return good.isEmpty()
          ? Optional.empty()
          : Optional.of(
              new Median(
                  median(good, Move::pauseMs),
                  median(good, move -> move.client().longestGapMs()),
                  median(good, Move::totalMs),
                  median(good, Move::bytesSent)));
    }

    private static long median(List<Move> moves, ToLongFunction<Move> figure) {
      long[] sorted = moves.stream().mapToLong(figure).sorted().toArray();
      int middle = sorted.length / 2;
      return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
  }

  /**
   * Something that must be true.
   *
   * @param what in words
   * @param detail what was found when it is not
   */
  record Check(String what, boolean ok, List<String> detail) {}

  /** One line of JSON. */
  String json() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
