package io.nereid.nymph.exec;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/**
 * Where a command's input and output go.
 *
 * @param stderr absent with a terminal
 * @param terminal to be resized
 */
record ExecStreams(
    OutputStream stdin, InputStream stdout, Optional<InputStream> stderr, Optional<Pty> terminal) {
  static ExecStreams of(Process process) {
    return new ExecStreams(
        process.getOutputStream(),
        process.getInputStream(),
        Optional.of(process.getErrorStream()),
        Optional.empty());
  }

  static ExecStreams of(Pty pty) {
    return new ExecStreams(pty.input(), pty.output(), Optional.empty(), Optional.of(pty));
  }
}
