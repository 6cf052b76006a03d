package io.nereid.process;

/** Starts programs and waits for them. Blocks the calling (virtual) thread. */
public interface ProcessRunner {
  /** The most bytes of each output stream that an outcome keeps. */
  int OUTPUT_BYTES_MAX = 256 * 1024;

  /** Runs to the end or the deadline; never throws for what the program does. */
  Outcome run(Command command);
}
