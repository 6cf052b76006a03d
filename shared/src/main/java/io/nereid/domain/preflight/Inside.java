package io.nereid.domain.preflight;

import java.util.List;

/**
 * What the processes of a container have and do. Lists hold examples only, {@link #EXAMPLES_MAX} at
 * most; what is listed at all is there at least once.
 *
 * @param processes how many there are
 * @param unsupported kernel objects that CRIU is known not to dump: io_uring, perf events and such
 * @param unknown kernel objects of which that is not known
 * @param devices open device nodes other than memory devices and terminals
 * @param outside files opened outside of the container's mounts
 * @param deleted files that were deleted and are still open; {@code bytes} is what they occupy
 * @param relinked files whose name was removed while another name of them is left
 * @param foreignLocks locks on files that do not belong to the container alone
 * @param locks how many file locks are held
 * @param remoteMounts mounts of network or user-space file systems
 * @param strangers processes in it that do not descend from its first one
 * @param foreign processes of other users, of which the source's kernel does not let CRIU read the
 *     limits
 * @param tcpEstablished its established TCP connections, those to itself included
 * @param tcpListening ports on which it accepts TCP connections
 * @param complete false when there was more than is looked at, or no time
 */
public record Inside(
    int processes,
    List<OpenFile> unsupported,
    List<OpenFile> unknown,
    List<OpenFile> devices,
    List<OpenFile> outside,
    List<OpenFile> deleted,
    List<OpenFile> relinked,
    List<OpenFile> foreignLocks,
    int locks,
    List<String> remoteMounts,
    List<String> strangers,
    List<String> foreign,
    int tcpEstablished,
    List<Integer> tcpListening,
    boolean complete) {
  /** More examples of one thing help nobody. */
  public static final int EXAMPLES_MAX = 8;

  /** Processes with nothing special. */
  public static Inside plain(int processes) {
    return new Inside(
        processes, List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), 0,
        List.of(), List.of(), List.of(), 0, List.of(), true);
  }

  public Inside {
    unsupported = List.copyOf(unsupported);
    unknown = List.copyOf(unknown);
    devices = List.copyOf(devices);
    outside = List.copyOf(outside);
    deleted = List.copyOf(deleted);
    relinked = List.copyOf(relinked);
    foreignLocks = List.copyOf(foreignLocks);
    remoteMounts = List.copyOf(remoteMounts);
    strangers = List.copyOf(strangers);
    foreign = List.copyOf(foreign);
    tcpListening = List.copyOf(tcpListening);
  }
}
