package io.nereid.launcher.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The body of a response, whatever way its length is told; each read waits at most so long. */
final class HttpBody extends InputStream {
  private static final long UNTIL_CLOSE = -1;
  private static final int CHUNK_LINE_DIGITS_MAX = 8;

  private final Connection connection;
  private final long waitMs;
  private final boolean chunked;

  /** Bytes left of the whole body, or of this chunk. */
  private long left;

  private boolean ended;

  HttpBody(Connection connection, HttpHead head, long waitMs) throws IOException {
    this.connection = connection;
    this.waitMs = waitMs;
    Optional<String> encoding = head.header("transfer-encoding");
    Optional<String> length = head.header("content-length");
    this.chunked = encoding.isPresent();
    if (chunked) {
      if (!encoding.get().equalsIgnoreCase("chunked") || length.isPresent()) {
        throw new ProtocolException("the answer's length is told in two ways, or in a strange one");
      }
    } else if (head.status() == 204 || head.status() == 304) {
      left = 0;
    } else {
      left = length.isPresent() ? parse(length.get(), 10) : UNTIL_CLOSE;
    }
    ended = !chunked && left == 0;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (ended || length == 0) {
      return ended ? -1 : 0;
    }
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
    if (chunked && left == 0 && !nextChunk(deadline)) {
      return -1;
    }
    int wanted = left == UNTIL_CLOSE ? length : (int) Math.min(length, left);
    int count = connection.read(into, offset, wanted, deadline);
    if (count < 0) {
      ended = true;
      if (left != UNTIL_CLOSE) {
        throw new EOFException("the connection ended in the middle of an answer");
      }
      return -1;
    }
    if (left != UNTIL_CLOSE) {
      left -= count;
      if (left == 0) {
        endOfPart(deadline);
      }
    }
    return count;
  }

  private boolean nextChunk(long deadline) throws IOException {
    String line = HttpHead.line(connection, deadline);
    int semicolon = line.indexOf(';');
    left = parse((semicolon < 0 ? line : line.substring(0, semicolon)).strip(), 16);
    if (left == 0) {
      while (!HttpHead.line(connection, deadline).isEmpty()) {
        // Trailers carry nothing that is needed; their number is limited by the deadline.
      }
      ended = true;
    }
    return !ended;
  }

  private void endOfPart(long deadline) throws IOException {
    if (!chunked) {
      ended = true;
    } else if (!HttpHead.line(connection, deadline).isEmpty()) {
      throw new ProtocolException("a chunk of the answer is longer than it says");
    }
  }

  private static long parse(String text, int radix) throws IOException {
    int digitsMax = radix == 16 ? CHUNK_LINE_DIGITS_MAX : 18;
    try {
      if (text.length() <= digitsMax
          && !text.isEmpty()
          && Character.digit(text.charAt(0), radix) >= 0) {
        return Long.parseLong(text, radix);
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new ProtocolException("the answer's length is no number");
  }
}
