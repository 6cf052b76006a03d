package io.nereid.nymph.standing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When this host was in contact with the leader last, kept in a file for the next daemon. What is
 * noted is never later than what the leader knows: the moment a ping came, or a report was sent
 * that was answered. Not forced to the disk: after a loss of power no container runs. Thread-safe.
 */
public final class Contact {
  private static final Logger LOG = LoggerFactory.getLogger(Contact.class);
  private static final Duration WRITE_EVERY = Duration.ofMillis(500);
  private final Path file;
  private final Clock clock;
  private final Duration timeout;
  private Optional<Instant> last;
  private Instant written = Instant.EPOCH;
  private final Instant opened;
  private boolean lost;

  private Contact(Path file, Clock clock, Duration timeout, Optional<Instant> last) {
    this.file = file;
    this.clock = clock;
    this.timeout = timeout;
    this.last = last;
    this.opened = clock.instant();
  }

  /**
   * Reads what the last daemon has left.
   *
   * @param timeout after which the leader counts as down
   */
  public static Contact open(Path file, Clock clock, Duration timeout) {
    return new Contact(file, clock, timeout, read(file));
  }

  private static Optional<Instant> read(Path file) {
    try {
      return Files.exists(file)
          ? Optional.of(Instant.parse(Files.readString(file).strip()))
          : Optional.empty();
    } catch (IOException | DateTimeParseException e) {
      LOG.warn("{} cannot be read: the last contact counts as long ago: {}", file, e.toString());
      return Optional.empty();
    }
  }

  /** There was contact at a moment. */
  public synchronized void at(Instant moment) {
    if (last.filter(moment::isBefore).isPresent()) {
      return;
    }
    if (lost) {
      LOG.info("the leader is heard of again");
      lost = false;
    }
    last = Optional.of(moment);
    if (Duration.between(written, moment).compareTo(WRITE_EVERY) >= 0) {
      write(moment);
    }
  }

  private void write(Instant moment) {
    try {
      Path temporary = file.resolveSibling("." + file.getFileName() + ".new");
      Files.writeString(temporary, moment + "\n", StandardCharsets.US_ASCII);
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      written = moment;
    } catch (IOException e) {
      LOG.warn("the time of the last contact is not written down: {}", e.toString());
    }
  }

  /** Whether others may by now have taken this host for dead. */
  public synchronized boolean isLost() {
    return last.map(this::isLongAgo).orElse(true);
  }

  private boolean isLongAgo(Instant moment) {
    return Duration.between(moment, clock.instant()).abs().compareTo(timeout) >= 0;
  }

  /** Says when the leader counts as down; to be called now and then. */
  public synchronized void watch() {
    Instant since = last.filter(opened::isBefore).orElse(opened);
    boolean now = isLongAgo(since);
    if (now && !lost) {
      LOG.warn("nothing was heard of a leader since {}: it counts as down", since);
    }
    lost = now;
  }
}
