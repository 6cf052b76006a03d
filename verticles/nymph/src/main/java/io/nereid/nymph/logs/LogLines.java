package io.nereid.nymph.logs;

import io.nereid.protocol.message.NymphMessages.LogLine;
import io.nereid.protocol.message.NymphMessages.Stream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/**
 * One line of a log file in the format of the Kubernetes container runtime interface, which conmon
 * calls k8s-file: time, stream, F or P (the rest of the line comes in the next one), text. Pure.
 */
final class LogLines {
  private static final String PARTIAL = "P";
  private static final String STDERR = "stderr";
  private static final int HEADER_FIELDS = 4;

  // conmon writes the zone as +0000 or +00:00, others write Z.
  private static final DateTimeFormatter ZONE_WITHOUT_COLON =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss[.SSSSSSSSS]XX");

  private LogLines() {}

  /** A line without its newline; one that has no header is text from nobody knows when. */
  static LogLine parse(byte[] bytes, int from, int to) {
    String line = new String(bytes, from, to - from, StandardCharsets.UTF_8);
    String[] fields = line.split(" ", HEADER_FIELDS);
    if (fields.length < HEADER_FIELDS - 1 || time(fields[0]).isEmpty()) {
      return new LogLine("", Stream.STDOUT, line, false);
    }
    Stream stream = fields[1].equals(STDERR) ? Stream.STDERR : Stream.STDOUT;
    boolean partial = fields[2].equals(PARTIAL) || fields[2].startsWith(PARTIAL + ":");
    String text = fields.length == HEADER_FIELDS ? fields[3] : "";
    return new LogLine(fields[0], stream, text, partial);
  }

  /** When a line was written. */
  static Optional<Instant> time(LogLine line) {
    return time(line.time());
  }

  private static Optional<Instant> time(String text) {
    for (DateTimeFormatter format :
        new DateTimeFormatter[] {DateTimeFormatter.ISO_OFFSET_DATE_TIME, ZONE_WITHOUT_COLON}) {
      try {
        return Optional.of(OffsetDateTime.parse(text, format).toInstant());
      } catch (DateTimeException e) {
        continue;
      }
    }
    return Optional.empty();
  }
}
