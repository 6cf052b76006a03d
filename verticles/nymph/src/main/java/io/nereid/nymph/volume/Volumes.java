package io.nereid.nymph.volume;

import io.nereid.nymph.fs.HostPaths;
import io.nereid.nymph.fs.SafeDelete;
import io.nereid.port.TransferPort;
import io.nereid.process.ProcessRunner;
import java.time.Clock;

/** All about the volumes of one host. */
public record Volumes(VolumeStore store, VolumeClaims claims, VolumeMoves moves) {
  /** Reads what is on disk; changes nothing. */
  public static Volumes open(
      HostPaths paths,
      TransferPort transfer,
      SafeDelete delete,
      ProcessRunner runner,
      Clock clock) {
    VolumeStore store = VolumeStore.open(paths, transfer, delete, runner, clock);
    return new Volumes(store, new VolumeClaims(store), new VolumeMoves(store, clock));
  }
}
