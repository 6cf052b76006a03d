package io.nereid.coordinator.store;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.Term;

/**
 * Numbers the leaderships. The map forgets with a restart of the whole cluster while nymphs
 * remember on disk, so a new number is never below the clock's seconds.
 */
public final class TermCounter {
  private static final String KEY = "term";
  private static final int TRIES_MAX = 100;
  private final IMap<String, String> map;

  public TermCounter(HazelcastInstance hazelcast) {
    map = Maps.open(hazelcast, Maps.LEADER);
  }

  /** The term of the leadership that began last; 0 when there was none. */
  public Term current() {
    return Access.to("reading the term", () -> parse(map.get(KEY)));
  }

  /**
   * Begins a new one.
   *
   * @param atLeast it will not be below this
   * @throws FailureException without a majority, or when others begin terms without pause
   */
  public Term begin(long atLeast) {
    return Access.to(
        "beginning a term",
        () -> {
          for (int i = 0; i < TRIES_MAX; i++) {
            String before = map.get(KEY);
            Term next = new Term(Math.max(parse(before).value() + 1, atLeast));
            boolean written =
                before == null
                    ? map.putIfAbsent(KEY, next.toString()) == null
                    : map.replace(KEY, before, next.toString());
            if (written) {
              return next;
            }
          }
          throw new FailureException(
              Failure.refused(
                  FailureCode.NO_LEADER, "others begin terms all the time", "look at the logs"));
        });
  }

  private static Term parse(String text) {
    return text == null ? new Term(0) : new Term(Long.parseLong(text));
  }
}
