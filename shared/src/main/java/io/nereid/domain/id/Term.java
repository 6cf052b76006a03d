package io.nereid.domain.id;

/**
 * Counts the leaderships of the coordinator. A nymph refuses commands of a lower term than it has
 * seen, so a leader that was asleep while another took over cannot act.
 */
public record Term(long value) implements Comparable<Term> {
  public Term {
    if (value < 0) {
      throw new IllegalArgumentException("term " + value + " must not be negative");
    }
  }

  @Override
  public int compareTo(Term other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
