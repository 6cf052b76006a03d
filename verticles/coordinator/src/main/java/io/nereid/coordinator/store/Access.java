package io.nereid.coordinator.store;

import com.hazelcast.splitbrainprotection.SplitBrainProtectionException;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import java.util.function.Supplier;

/** Turns Hazelcast's exceptions into failures that say whether the access may have happened. */
final class Access {
  private Access() {}

  static <T> T to(String what, Supplier<T> access) {
    try {
      return access.get();
    } catch (SplitBrainProtectionException e) {
      throw new FailureException(
          Failure.refused(
              FailureCode.NO_LEADER,
              what + " was refused: this host sees fewer members than cluster.quorum asks for",
              "wait until the other hosts are reachable again, or start their daemons"),
          e);
    } catch (FailureException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new FailureException(
          Failure.unknown(
              FailureCode.TIMEOUT,
              what + " gave no answer: " + e.getClass().getSimpleName() + ": " + e.getMessage(),
              "it is read again; look at 'nereid nodes' when this lasts"),
          e);
    }
  }
}
