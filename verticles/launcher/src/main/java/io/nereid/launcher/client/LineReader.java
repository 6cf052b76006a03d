package io.nereid.launcher.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** Cuts a stream into lines of limited length. */
final class LineReader {
  private final InputStream in;
  private final int bytesMax;
  private final byte[] buffer = new byte[16 * 1024];
  private int at;
  private int end;

  LineReader(InputStream in, int bytesMax) {
    this.in = in;
    this.bytesMax = bytesMax;
  }

  /** The next line without its end, or null when there is none. */
  byte[] next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      for (int i = at; i < end; i++) {
        if (buffer[i] == '\n') {
          line.write(buffer, at, i - at);
          at = i + 1;
          return line.toByteArray();
        }
      }
      line.write(buffer, at, end - at);
      if (line.size() > bytesMax) {
        throw new ProtocolException("the answer has a line of more than " + bytesMax + " bytes");
      }
      at = 0;
      end = in.read(buffer, 0, buffer.length);
      if (end < 0) {
        end = 0;
        return line.size() == 0 ? null : line.toByteArray();
      }
    }
  }
}
