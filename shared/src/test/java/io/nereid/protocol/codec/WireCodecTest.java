package io.nereid.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.Fence;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.Term;
import io.nereid.port.TransferTicket;
import io.nereid.protocol.message.ContainerAction;
import io.nereid.protocol.message.CoordinatorMessages.CommandRequest;
import io.nereid.protocol.message.CoordinatorMessages.RunRequest;
import io.nereid.protocol.message.NymphMessages.ExecIoRequest;
import io.nereid.protocol.message.StepMessages.StepCommand;
import io.nereid.protocol.message.StepMessages.StepReply;
import io.nereid.protocol.message.StepMessages.StepRequest;
import io.nereid.protocol.message.StepMessages.StepResult;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WireCodecTest {
  private static final ContainerId ID = new ContainerId("0123456789abcdef0123456789abcdef");

  private static <T> T roundTrip(T value, Class<T> type) {
    return WireCodec.decode(WireCodec.encode(value), type);
  }

  @Test
  void identitiesArePlainStringsAndNumbers() {
    Ownership o =
        new Ownership(
            ID,
            new ContainerName("web"),
            new NodeId("a"),
            new Epoch(3),
            Ownership.Stage.GRANTED,
            Optional.of(new MigrationId("m-0123456789ab")));
    assertThat(WireCodec.encodeText(o))
        .isEqualTo(
            "{\"epoch\":3,\"id\":\"0123456789abcdef0123456789abcdef\","
                + "\"migration\":\"m-0123456789ab\",\"name\":\"web\",\"owner\":\"a\","
                + "\"stage\":\"GRANTED\"}");
    assertThat(roundTrip(o, Ownership.class)).isEqualTo(o);
  }

  @Test
  void membersOfSealedTypesComeBackAsThemselves() {
    CommandRequest stop = new CommandRequest("web", new ContainerAction.Stop("TERM", 500));
    assertThat(roundTrip(stop, CommandRequest.class)).isEqualTo(stop);
    CommandRequest start = new CommandRequest("web", new ContainerAction.Start());
    assertThat(roundTrip(start, CommandRequest.class)).isEqualTo(start);
    StepRequest freeze =
        new StepRequest(
            new MigrationId("m-0123456789ab"),
            ID,
            new Fence(new Term(1), new Epoch(2)),
            new StepCommand.Freeze(
                new NodeId("b"),
                Optional.of(new StepCommand.SendDelta(new TransferTicket("h", 1, 2, "token"), 5))),
            2_000);
    assertThat(roundTrip(freeze, StepRequest.class)).isEqualTo(freeze);
    StepReply done =
        new StepReply.Done(new StepResult.Frozen(Instant.parse("2026-01-01T00:00:00.123Z")));
    assertThat(roundTrip(done, StepReply.class)).isEqualTo(done);
    StepReply failed =
        new StepReply.Failed(
            Failure.of(FailureCode.CRIU_FAILED, "dump failed", "look").withEvidence(List.of("x")));
    assertThat(roundTrip(failed, StepReply.class)).isEqualTo(failed);
  }

  @Test
  void optionalsAndBytesSurvive() {
    RunRequest run =
        new RunRequest(
            new NodeId("a"),
            "/b",
            Optional.empty(),
            NetworkMode.BRIDGE,
            Optional.of("10.0.0.2"),
            true);
    assertThat(roundTrip(run, RunRequest.class)).isEqualTo(run);
    byte[] raw = {0, -1, 7};
    ExecIoRequest io =
        new ExecIoRequest(new io.nereid.domain.id.ExecId("x-0123456789abcdef"), raw, true, 0, 0, 5);
    assertThat(roundTrip(io, ExecIoRequest.class).input()).isEqualTo(raw);
  }

  @Test
  void unknownFieldsBadNamesAndForeignKindsAreRefusedByName() {
    assertThatThrownBy(() -> WireCodec.decode("{\"ref\":\"x\",\"colour\":1}", CommandRequest.class))
        .isInstanceOf(FailureException.class)
        .hasMessageContaining("colour");
    assertThatThrownBy(() ->
            WireCodec.decode(
                "{\"ref\":\"x\",\"action\":{\"kind\":\"java.lang.Runtime\"}}",
                CommandRequest.class))
        .isInstanceOf(FailureException.class)
        .hasMessageContaining("java.lang.Runtime");
    assertThatThrownBy(() -> WireCodec.decode("\"../etc\"", NodeId.class))
        .isInstanceOf(FailureException.class);
    assertThatThrownBy(() -> WireCodec.decode("{} {}", CommandRequest.class))
        .isInstanceOf(FailureException.class);
    assertThatThrownBy(() -> WireCodec.decode("null", CommandRequest.class))
        .isInstanceOf(FailureException.class);
  }
}
