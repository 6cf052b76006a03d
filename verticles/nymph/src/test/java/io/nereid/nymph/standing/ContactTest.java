package io.nereid.nymph.standing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContactTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  @TempDir Path temp;

  private Contact opened(Instant now) {
    return Contact.open(temp.resolve("contact"), Clock.fixed(now, ZoneOffset.UTC), TIMEOUT);
  }

  @Test
  void theNextDaemonKnowsWhenTheLastOneWasInContact() {
    opened(NOON).at(NOON);
    assertThat(opened(NOON.plusMillis(4_999)).isLost()).isFalse();
    assertThat(opened(NOON.plusMillis(5_000)).isLost()).isTrue();
  }

  @Test
  void whatIsWrittenDownIsNeverLaterThanTheLastContact() throws IOException {
    Contact contact = opened(NOON);
    for (int ms = 0; ms < 3_000; ms += 100) {
      Instant moment = NOON.plusMillis(ms);
      contact.at(moment);
      Instant written = Instant.parse(Files.readString(temp.resolve("contact")).strip());
      assertThat(written).isBeforeOrEqualTo(moment).isAfter(moment.minusMillis(1_000));
    }
    contact.at(NOON);
    assertThat(opened(NOON.plusSeconds(7)).isLost()).isFalse();
  }

  @Test
  void aHostThatNeverHeardOfALeaderOrWhoseFileIsDamagedCountsAsAwayForLong() throws IOException {
    assertThat(opened(NOON).isLost()).isTrue();
    Files.writeString(temp.resolve("contact"), "yesterday");
    assertThat(opened(NOON).isLost()).isTrue();
  }

  @Test
  void aClockThatWasSetBackDoesNotMakeALongSilenceShort() {
    opened(NOON).at(NOON);
    assertThat(opened(NOON.minusSeconds(3_600)).isLost()).isTrue();
  }
}
