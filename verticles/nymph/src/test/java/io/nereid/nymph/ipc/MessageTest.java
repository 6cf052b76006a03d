package io.nereid.nymph.ipc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageTest {
  @ParameterizedTest
  @ValueSource(strings = {"CHECKPOINT", "CHECKPOINT\n", "CHECKPOINT\0", "CHECKPOINT \r\n\0\0"})
  void whatCommandsPutAtTheEndDoesNotCount(String text) {
    assertThat(parse(text)).isEqualTo(new Message.Checkpoint(Optional.empty()));
  }

  @Test
  void aSnapshotMayHaveANameAndAMoveATarget() {
    assertThat(parse("CHECKPOINT before-1.2\n"))
        .isEqualTo(new Message.Checkpoint(Optional.of("before-1.2")));
    assertThat(parse("MIGRATE \t host-b")).isEqualTo(new Message.Migrate(Optional.of("host-b")));
    assertThat(parse("MIGRATE")).isEqualTo(new Message.Migrate(Optional.empty()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n",
        " CHECKPOINT",
        "checkpoint",
        "CHECKPOINTS",
        "CHECKPOINT a b",
        "CHECKPOINT a;b",
        "CHECKPOINT ü",
        "MIGRATE ../x",
        "MIGRATE\0host"
      })
  void everythingElseIsUnknown(String text) {
    assertThat(parse(text)).isInstanceOf(Message.Unknown.class);
  }

  @Test
  void aMessageThatIsTooLongIsUnknown() {
    String longest = "CHECKPOINT" + " ".repeat(Message.BYTES_MAX - 10);
    assertThat(parse(longest)).isInstanceOf(Message.Checkpoint.class);
    assertThat(parse(longest + " ")).isInstanceOf(Message.Unknown.class);
  }

  @Property
  void noBytesAreTooMuch(@ForAll @Size(max = 300) byte[] bytes) {
    Message message = Message.parse(bytes);
    if (message instanceof Message.Unknown unknown) {
      assertThat(unknown.why()).isNotEmpty();
    } else {
      assertThat(new String(bytes, StandardCharsets.ISO_8859_1))
          .matches("(?s)(CHECKPOINT|MIGRATE)([ \\t].*|[\\x00-\\x20]*)");
    }
  }

  private static Message parse(String text) {
    return Message.parse(text.getBytes(StandardCharsets.UTF_8));
  }
}
