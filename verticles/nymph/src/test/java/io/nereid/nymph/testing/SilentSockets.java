package io.nereid.nymph.testing;

import io.nereid.config.IpcConfig;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.nymph.fs.HostPaths;
import io.nereid.nymph.ipc.ContainerSockets;
import io.nereid.nymph.ipc.Coordinator;
import io.nereid.protocol.address.Address;
import java.util.Optional;

/** A host that gives its containers no sockets. */
public final class SilentSockets {
  private SilentSockets() {}

  /** Of that host. */
  public static ContainerSockets of(HostPaths paths) {
    return new ContainerSockets(paths, new IpcConfig(Optional.empty(), 6), new Nobody());
  }

  private static final class Nobody implements Coordinator {
    @Override
    public <Q, R> R ask(Address<Q, R> address, Q question) {
      throw new FailureException(Failure.refused(FailureCode.NO_LEADER, "nobody leads", ""));
    }
  }
}
