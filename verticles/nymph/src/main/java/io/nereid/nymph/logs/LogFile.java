package io.nereid.nymph.logs;

import io.nereid.protocol.message.NymphMessages.LogLine;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads a log file from any position, however long its lines are. A line that is longer than one
 * window is cut: conmon never writes such a line, a file that came from elsewhere may hold
 * anything.
 */
final class LogFile implements Closeable {
  /** The longest line that is read in full. */
  static final int LINE_BYTES_MAX = 64 * 1024;

  private static final long SCAN_BYTES_MAX = 64L * 1024 * 1024;
  private final FileChannel channel;

  /** Lines and the position after the last of them. */
  record Piece(List<LogLine> lines, long next) {}

  private LogFile(FileChannel channel) {
    this.channel = channel;
  }

  static LogFile open(Path file) throws IOException {
    return new LogFile(FileChannel.open(file, StandardOpenOption.READ));
  }

  long size() throws IOException {
    return channel.size();
  }

  /** The lines from a position on, about so many bytes of them; none when none is complete. */
  Piece read(long from, int bytesMax) throws IOException {
    long at = lineStart(from);
    byte[] window = window(at, Math.max(bytesMax, LINE_BYTES_MAX));
    List<LogLine> lines = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < window.length && start < bytesMax; i++) {
      if (window[i] == '\n') {
        lines.add(LogLines.parse(window, start, i));
        start = i + 1;
      }
    }
    boolean tooLong = lines.isEmpty() && window.length >= LINE_BYTES_MAX;
    if (tooLong) {
      LogLine cut = LogLines.parse(window, 0, window.length);
      lines.add(new LogLine(cut.time(), cut.stream(), cut.text(), true));
      start = window.length;
    }
    return new Piece(lines, at + start);
  }

  // A position inside a line is that of a line that was cut: the rest of it is left out.
  private long lineStart(long position) throws IOException {
    if (position == 0 || newlineAt(position - 1)) {
      return position;
    }
    return after(position).orElse(channel.size());
  }

  private boolean newlineAt(long position) throws IOException {
    byte[] one = window(position, 1);
    return one.length == 1 && one[0] == '\n';
  }

  /** The beginning of the next line after a position, if one begins there. */
  private Optional<Long> after(long position) throws IOException {
    for (long at = position; at < channel.size(); at += LINE_BYTES_MAX) {
      byte[] window = window(at, LINE_BYTES_MAX);
      for (int i = 0; i < window.length; i++) {
        if (window[i] == '\n') {
          return Optional.of(at + i + 1);
        }
      }
    }
    return Optional.empty();
  }

  /** Where the last so many lines begin; pieces of one line count once. */
  long tail(int lines) throws IOException {
    long end = channel.size();
    long lowest = Math.max(0, end - SCAN_BYTES_MAX);
    long found = end;
    int left = lines;
    boolean last = true;
    for (long high = end; high > lowest && left >= 0; high -= LINE_BYTES_MAX) {
      long low = Math.max(lowest, high - LINE_BYTES_MAX);
      byte[] window = window(low, (int) (high - low));
      for (int i = window.length - 1; i >= 0 && left >= 0; i--) {
        if (window[i] != '\n') {
          continue;
        }
        long begin = low + i + 1;
        if (last) {
          // What comes after the last newline is not a line yet.
          last = false;
          found = begin;
        } else if (!endsPartially(begin)) {
          left--;
          if (left >= 0) {
            found = begin;
          }
        }
        if (left == 0 && lines == 0) {
          return found;
        }
      }
    }
    return left > 0 ? lowest : found;
  }

  // Whether the line that ends right before a position goes on in the one that begins there.
  private boolean endsPartially(long position) throws IOException {
    long from = Math.max(0, position - 1 - LINE_BYTES_MAX);
    byte[] before = window(from, (int) (position - 1 - from));
    int start = before.length;
    while (start > 0 && before[start - 1] != '\n') {
      start--;
    }
    return LogLines.parse(before, start, before.length).partial();
  }

  /** About where the first line begins that is not older, by halving; at or before it. */
  long since(Instant oldest) throws IOException {
    long low = 0;
    long high = channel.size();
    while (high - low > LINE_BYTES_MAX) {
      long middle = low + (high - low) / 2;
      Optional<Long> begin = after(middle);
      boolean older =
          begin.isPresent()
              && begin.get() < high
              && firstTime(begin.get()).map(t -> t.isBefore(oldest)).orElse(false);
      if (older) {
        low = begin.get();
      } else {
        high = middle;
      }
    }
    return low;
  }

  private Optional<Instant> firstTime(long begin) throws IOException {
    byte[] window = window(begin, LINE_BYTES_MAX);
    int end = 0;
    while (end < window.length && window[end] != '\n') {
      end++;
    }
    return LogLines.time(LogLines.parse(window, 0, end));
  }

  private byte[] window(long from, int bytesMax) throws IOException {
    long left = channel.size() - from;
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.max(0, Math.min(bytesMax, left)));
    while (buffer.hasRemaining() && channel.read(buffer, from + buffer.position()) >= 0) {
      continue;
    }
    if (buffer.hasRemaining()) {
      return java.util.Arrays.copyOf(buffer.array(), buffer.position());
    }
    return buffer.array();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
