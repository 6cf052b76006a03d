package io.nereid.domain.id;

/**
 * Counts the grants of a container: whoever holds the highest may run it. Starts at 1; a nymph
 * refuses a command with a lower one than it has seen.
 */
public record Epoch(long value) implements Comparable<Epoch> {
  /** The epoch of a container that has just been created. */
  public static final Epoch FIRST = new Epoch(1);

  public Epoch {
    if (value < 1) {
      throw new IllegalArgumentException("epoch " + value + " must be at least 1");
    }
  }

  /** The epoch of the next grant. */
  public Epoch next() {
    return new Epoch(value + 1);
  }

  /** True when a command with this epoch must be refused by somebody who has seen {@code other}. */
  public boolean isOlderThan(Epoch other) {
    return value < other.value;
  }

  @Override
  public int compareTo(Epoch other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
