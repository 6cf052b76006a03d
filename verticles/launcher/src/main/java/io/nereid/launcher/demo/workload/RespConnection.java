package io.nereid.launcher.demo.workload;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * One connection that speaks the redis protocol (RESP 2, redis.io/docs/reference/protocol-spec), as
 * far as the demo needs it. For one thread at a time.
 */
final class RespConnection implements AutoCloseable {
  private static final int LINE_BYTES_MAX = 64 * 1024;
  private static final int BULK_BYTES_MAX = 1 << 20;
  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  RespConnection(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream(), 32 * 1024);
    this.out = new BufferedOutputStream(socket.getOutputStream(), 256 * 1024);
  }

  /** Queues a request; {@link #flush} sends it. */
  void send(byte[]... words) throws IOException {
    head('*', words.length);
    for (byte[] word : words) {
      head('$', word.length);
      out.write(word);
      out.write('\r');
      out.write('\n');
    }
  }

  void flush() throws IOException {
    out.flush();
  }

  /** The reply to a request for a number; an error of the server is an exception. */
  long number() throws IOException {
    String line = line();
    if (line.isEmpty() || line.charAt(0) != ':') {
      throw new IOException("expected a number, got " + line);
    }
    return parse(line);
  }

  /** The reply to a request for a value that exists. */
  byte[] bulk() throws IOException {
    String line = line();
    if (line.isEmpty() || line.charAt(0) != '$') {
      throw new IOException("expected a value, got " + line);
    }
    long length = parse(line);
    if (length < 0 || length > BULK_BYTES_MAX) {
      throw new IOException("value of " + length + " bytes, expected 0 to " + BULK_BYTES_MAX);
    }
    byte[] value = in.readNBytes((int) length);
    if (value.length < length || in.read() != '\r' || in.read() != '\n') {
      throw new EOFException("the connection ended inside a value");
    }
    return value;
  }

  /** The reply to a request that is answered by OK. */
  void ok() throws IOException {
    String line = line();
    if (!line.equals("+OK")) {
      throw new IOException("expected OK, got " + line);
    }
  }

  private void head(char type, int count) throws IOException {
    out.write((type + Integer.toString(count) + "\r\n").getBytes(StandardCharsets.US_ASCII));
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder(32);
    while (true) {
      int c = in.read();
      if (c < 0) {
        throw new EOFException("the server closed the connection");
      }
      if (c == '\r') {
        if (in.read() != '\n') {
          throw new IOException("a line does not end with CR LF");
        }
        return line.toString();
      }
      if (line.length() == LINE_BYTES_MAX) {
        throw new IOException("a line is longer than " + LINE_BYTES_MAX + " bytes");
      }
      line.append((char) c);
    }
  }

  private static long parse(String line) throws IOException {
    try {
      return Long.parseLong(line.substring(1));
    } catch (NumberFormatException e) {
      throw new IOException("not a number: " + line, e);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
