package io.nereid.launcher.demo.workload;

/** A client outside that checks a container all the time, on a thread of its own. */
public interface Watcher extends AutoCloseable {
  /** Begins a new stretch. */
  void mark();

  /** What it saw since {@link #mark}. */
  ClientStats stats();

  /** The number it saw last. */
  long count();

  @Override
  void close();
}
