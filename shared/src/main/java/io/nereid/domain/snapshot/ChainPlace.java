package io.nereid.domain.snapshot;

/**
 * Where a periodic snapshot stands in its chain. Every snapshot can be restored by itself; the last
 * of a chain is the one that goes to other hosts and that is kept for long.
 *
 * @param number from 1 on
 * @param length of the chain
 */
public record ChainPlace(int number, int length) {
  public ChainPlace {
    if (number < 1 || number > length) {
      throw new IllegalArgumentException(number + " of " + length);
    }
  }

  /** Whether it ends its chain. */
  public boolean last() {
    return number == length;
  }

  /** What people read, for example 3/5. */
  @Override
  public String toString() {
    return number + "/" + length;
  }
}
