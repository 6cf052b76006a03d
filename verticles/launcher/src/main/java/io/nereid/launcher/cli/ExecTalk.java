package io.nereid.launcher.cli;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.launcher.client.Json;
import io.nereid.launcher.client.ProtocolException;
import io.nereid.launcher.client.RemoteFailures;
import io.nereid.launcher.client.WebSocket;
import io.nereid.launcher.terminal.RawTerminal;
import io.nereid.process.ProcessRunner;
import io.nereid.protocol.http.ExecChannel;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import sun.misc.Signal;

/** Joins the streams of this process with those of a command in a container. */
final class ExecTalk {
  private static final int READ_BYTES = 16 * 1024;

  private final Shell shell;
  private final WebSocket socket;

  ExecTalk(Shell shell, WebSocket socket) {
    this.shell = shell;
    this.socket = socket;
  }

  /** Tells the other side when the window changes its size. */
  ExecTalk withTerminal(ProcessRunner runner, RawTerminal terminal) {
    Signal.handle(
        new Signal("WINCH"),
        signal ->
            Thread.ofVirtual()
                .start(() -> RawTerminal.size(runner).ifPresent(size -> send(resize(size)))));
    return this;
  }

  /** Returns the command's exit code. */
  int run(boolean interactive) throws IOException {
    if (interactive) {
      // A platform daemon thread: it may be stuck in a read when the command has ended.
      Thread.ofPlatform().daemon().name("stdin").start(this::copyInput);
    } else {
      send(new byte[] {(byte) ExecChannel.STDIN_END.code()});
    }
    try {
      return receive();
    } catch (ProtocolException e) {
      throw new FailureException(
          Failure.unknown(
              FailureCode.PROTOCOL, "the daemon broke the protocol: " + e.getMessage(), ""),
          e);
    } catch (IOException e) {
      throw new FailureException(
          Failure.unknown(
              FailureCode.CONNECTION_LOST,
              "the connection to the daemon broke: " + e.getMessage(),
              "the command is ended when the daemon notices"),
          e);
    }
  }

  private int receive() throws IOException {
    for (byte[] message = socket.receive(); message != null; message = socket.receive()) {
      int code = message.length == 0 ? -1 : message[0] & 0xff;
      ExecChannel channel =
          ExecChannel.of(code).orElseThrow(() -> new ProtocolException("unknown channel " + code));
      switch (channel) {
        case STDOUT -> write(shell.out(), message);
        case STDERR -> write(shell.err(), message);
        case EXIT -> {
          if (message.length != 1 + Integer.BYTES) {
            throw new ProtocolException("an exit code of " + (message.length - 1) + " bytes");
          }
          return ByteBuffer.wrap(message, 1, Integer.BYTES).getInt();
        }
        case FAILURE ->
            throw RemoteFailures.of(Json.parse(Arrays.copyOfRange(message, 1, message.length)));
        default -> throw new ProtocolException("a message on channel " + channel);
      }
    }
    throw new IOException("closed before the command had ended");
  }

  private static void write(OutputStream out, byte[] message) throws IOException {
    out.write(message, 1, message.length - 1);
    out.flush();
  }

  private void copyInput() {
    byte[] buffer = new byte[READ_BYTES];
    buffer[0] = (byte) ExecChannel.STDIN.code();
    try {
      int count = shell.in().read(buffer, 1, READ_BYTES - 1);
      while (count >= 0) {
        socket.send(Arrays.copyOf(buffer, count + 1));
        count = shell.in().read(buffer, 1, READ_BYTES - 1);
      }
      socket.send(new byte[] {(byte) ExecChannel.STDIN_END.code()});
    } catch (IOException e) {
      // Our input or the connection has ended; the receiving side says what matters of it.
      send(new byte[] {(byte) ExecChannel.STDIN_END.code()});
    }
  }

  private void send(byte[] message) {
    try {
      socket.send(message);
    } catch (IOException e) {
      // The receiving side notices the same and reports it.
    }
  }

  private static byte[] resize(RawTerminal.Size size) {
    return ByteBuffer.allocate(5)
        .put((byte) ExecChannel.RESIZE.code())
        .putShort((short) size.columns())
        .putShort((short) size.rows())
        .array();
  }
}
