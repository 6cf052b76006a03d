package io.nereid.launcher.client;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Status line and headers of a response (RFC 9112), read with limits. */
record HttpHead(int status, Map<String, String> headers) {
  private static final int LINE_BYTES_MAX = 16 * 1024;
  private static final int HEADERS_MAX = 100;
  private static final int STATUS_LINE_CHARS_MIN = "HTTP/1.1 200".length();

  static HttpHead read(Connection connection, long deadlineNanos) throws IOException {
    String line = line(connection, deadlineNanos);
    int status = status(line);
    Map<String, String> headers = new HashMap<>();
    for (int count = 0; ; count++) {
      String header = line(connection, deadlineNanos);
      if (header.isEmpty()) {
        return new HttpHead(status, headers);
      }
      int colon = header.indexOf(':');
      if (count >= HEADERS_MAX || colon < 1) {
        throw new ProtocolException("the answer has a header that is no header, or too many");
      }
      headers.put(
          header.substring(0, colon).strip().toLowerCase(Locale.ROOT),
          header.substring(colon + 1).strip());
    }
  }

  Optional<String> header(String lowerCaseName) {
    return Optional.ofNullable(headers.get(lowerCaseName));
  }

  private static int status(String line) throws IOException {
    boolean looksRight =
        line.length() >= STATUS_LINE_CHARS_MIN
            && line.startsWith("HTTP/1.")
            && line.charAt("HTTP/1.1".length()) == ' ';
    if (looksRight) {
      try {
        int status = Integer.parseInt(line, "HTTP/1.1 ".length(), STATUS_LINE_CHARS_MIN, 10);
        if (status >= 100) {
          return status;
        }
      } catch (NumberFormatException e) {
        // Said below.
      }
    }
    throw new ProtocolException("the answer is not HTTP: is this the address of a nereid daemon?");
  }

  /** One line without its end. */
  static String line(Connection connection, long deadlineNanos) throws IOException {
    byte[] bytes = new byte[256];
    int length = 0;
    while (true) {
      int next = connection.read(deadlineNanos);
      if (next < 0) {
        throw new EOFException("the connection ended in the middle of an answer");
      }
      if (next == '\n') {
        int end = length > 0 && bytes[length - 1] == '\r' ? length - 1 : length;
        return new String(bytes, 0, end, StandardCharsets.ISO_8859_1);
      }
      if (length == LINE_BYTES_MAX) {
        throw new ProtocolException("the answer has a line of more than " + length + " bytes");
      }
      if (length == bytes.length) {
        bytes = java.util.Arrays.copyOf(bytes, Math.min(2 * length, LINE_BYTES_MAX));
      }
      bytes[length++] = (byte) next;
    }
  }
}
