package io.nereid.explain;

import static io.nereid.explain.Cause.Group.DUMP;

import java.util.List;

/** Sockets that cannot be dumped. */
final class SocketCauses {
  static final List<Cause> ALL =
      List.of(
          Cause.of(
              "tcp-established",
              DUMP,
              "there are established TCP connections, and they are not to move",
              "Dump and restore have to be told that connections are to be kept, because they only"
                  + " live on where the container keeps its address.",
              "set criu.tcpEstablished (CRIU_TCP_ESTABLISHED) to auto or true on both hosts and use"
                  + " bridge networking, or close the connections first",
              Sign.of("criu/sk-inet.c", "Connected TCP socket, consider using --tcp-established"),
              Sign.of("criu/sk-inet.c", "Connected TCP socket in image")),
          Cause.of(
              "tcp-in-flight",
              DUMP,
              "a client was just connecting",
              "A connection that the kernel has completed but the program has not accepted yet"
                  + " cannot be dumped.",
              "try again; where a listener never accepts, mend the program, or put 'skip-in-flight'"
                  + " into /etc/criu/runc.conf to drop such connections",
              Sign.of("criu/sk-inet.c", "In-flight connection (l) for"),
              Sign.of("criu/sk-inet.c", "In-flight connections can be ignored")),
          Cause.of(
              "tcp-repair",
              DUMP,
              "the kernel does not let CRIU take a TCP connection apart",
              "Keeping a connection needs the socket option TCP_REPAIR and with it CAP_NET_ADMIN in"
                  + " the user namespace that owns the network namespace.",
              "run the daemon as root with all capabilities, not in an unprivileged container",
              Sign.of("soccr/soccr.c", "Can't turn TCP repair mode ON"),
              Sign.of("criu/sk-tcp.c", "Failed to lock TCP connection")),
          Cause.of(
              "mptcp",
              DUMP,
              "a socket uses multipath TCP",
              "CRIU knows no MPTCP. Programs made with Go 1.24 or later listen with it by default.",
              "start the program with GODEBUG=multipathtcp=0 in its environment, or set"
                  + " net.mptcp.enabled=0 in the container",
              Sign.of("criu/sk-inet.c", "Unsupported proto 262 for socket"),
              Sign.of("criu/sk-inet.c", "GODEBUG=multipathtcp=0")),
          Cause.of(
              "unsupported-socket",
              DUMP,
              "a socket is of a kind that CRIU does not know",
              "CRIU dumps TCP, UDP, ICMP, raw IP, unix, netlink and packet sockets; not, for"
                  + " example, SCTP, vsock, AF_ALG, Bluetooth or XDP.",
              "find the socket with 'ss -anp' or below /proc/PID/fd, and make the program work"
                  + " without it",
              Sign.of("criu/sk-inet.c", "Unsupported proto ", " for socket "),
              Sign.of("criu/sk-inet.c", "Can't dump ", "Only stream, dgram and raw are supported"),
              Sign.of("criu/sk-inet.c", "Can't dump corked dgram socket"),
              Sign.of("criu/sk-inet.c", "Unsupported socket family"),
              Sign.of("criu/sk-inet.c", "Unknown inet socket ", " state "),
              Sign.of("criu/sockets.c", "BUG! Unknown socket collected"),
              Sign.of("criu/sk-unix.c", "Unsupported type (", ") on socket")),
          Cause.of(
              "netlink-socket",
              DUMP,
              "a netlink socket is in the middle of something",
              "A netlink socket can be dumped only when nothing waits in it and its groups are"
                  + " among the first 32.",
              "try again when the program is idle",
              Sign.of("criu/sk-netlink.c", "The socket has data to read"),
              Sign.of("criu/sk-netlink.c", "The netlink socket 0x")),
          Cause.of(
              "unix-socket-outside",
              DUMP,
              "a process is connected by a unix socket to one outside the container",
              "The other end stays behind. Typical: the socket of a log daemon, of D-Bus, of a"
                  + " database or of an engine, mounted from the host; a socket that came with"
                  + " socket activation. Also the container's own socket to Nereid, when a program"
                  + " has connected to it.",
              "take the mount of the socket away, or make the program connect by TCP; programs that"
                  + " reconnect can be told to close it before the move; to /tmp/msc.sock send with"
                  + " sendto from a socket that is not connected",
              Sign.of("criu/sk-unix.c", "External socket is used. Consider using --ext-unix-sk"),
              Sign.of("criu/sk-unix.c", "Can't dump half of stream unix connection"),
              Sign.of("criu/sk-unix.c", "Can't dump name-less external socket"),
              Sign.of("criu/sk-unix.c", "Unix socket ", " without peer "),
              Sign.of("criu/sk-unix.c", "Unix socket ", " with unreachable peer "),
              Sign.of("criu/sk-unix.c", "External socket found in image")),
          Cause.of(
              "unix-in-flight",
              DUMP,
              "a unix connection has not been accepted yet",
              "A connection that waits at a unix socket can be dumped only in simple cases.",
              "try again",
              Sign.of("criu/sk-unix.c", "In-flight connection on non-listening socket"),
              Sign.of("criu/sk-unix.c", "Non-empty write queue on an in-flight socket"),
              Sign.of("criu/sk-unix.c", "Found a closed in-flight socket"),
              Sign.of("criu/sk-unix.c", "Dangling connection ")),
          Cause.of(
              "foreign-network-namespace",
              DUMP,
              "a socket belongs to another network namespace",
              "A process brought a socket along from the host or from another container.",
              "make the program open its sockets inside the container",
              Sign.of("criu/net.c", "Unable to dump a socket from an external network namespace")),
          Cause.of(
              "network-device",
              DUMP,
              "the container has a network device that CRIU cannot dump",
              "CRIU recreates veth, bridge, macvlan, tun, sit and dummy devices; not, for example,"
                  + " physical ones, SR-IOV functions, WireGuard or IPVLAN.",
              "take the device out of the container's network namespace",
              Sign.of("criu/net.c", "Unsupported link "),
              Sign.of("criu/tun.c", "with filter on-board")));

  private SocketCauses() {}
}
