package io.nereid.coordinator.directory;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.coordinator.testkit.Examples;
import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.container.Ownership;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is done about a copy at A of a container that was recovered to B. */
class ReconciliationTest {
  private static final Ownership AT_B = Examples.held(Examples.B, 4);
  private static final ContainerStatus THERE = Examples.status(ContainerState.RUNNING, 4);

  private static Reconciliation.Action decide(
      ContainerStatus here, Ownership ledger, Optional<ContainerStatus> owners) {
    return Reconciliation.decide(
        Examples.A, here, Optional.of(ledger), owners, Optional.empty(), false);
  }

  @ParameterizedTest
  @EnumSource(names = {"RUNNING", "PAUSED", "STOPPED"})
  void anOldCopyIsDestroyedWhenTheOwnerHasIt(ContainerState state) {
    assertThat(decide(Examples.status(state, 3), AT_B, Optional.of(THERE)))
        .isEqualTo(new Reconciliation.Action.Destroy(AT_B));
  }

  @Test
  void itStaysAsLongAsTheOwnerIsNotKnownToHaveIt() {
    ContainerStatus old = Examples.status(ContainerState.PAUSED, 3);
    assertThat(decide(old, AT_B, Optional.empty())).isEqualTo(new Reconciliation.Action.Nothing());
    ContainerStatus outdated = Examples.status(ContainerState.STOPPED, 3);
    assertThat(decide(old, AT_B, Optional.of(outdated)))
        .isEqualTo(new Reconciliation.Action.Nothing());
  }

  @Test
  void itStaysWhileTheOtherHostIsStillToBringItUp() {
    assertThat(
            decide(
                Examples.status(ContainerState.PAUSED, 3),
                Examples.granted(Examples.B, 4),
                Optional.of(THERE)))
        .isEqualTo(new Reconciliation.Action.Nothing());
  }

  @Test
  void whatRunsUnderAHigherEpochThanTheLedgerKnowsIsNotDestroyed() {
    assertThat(decide(Examples.status(ContainerState.RUNNING, 5), AT_B, Optional.of(THERE)))
        .isInstanceOf(Reconciliation.Action.Raise.class);
  }
}
