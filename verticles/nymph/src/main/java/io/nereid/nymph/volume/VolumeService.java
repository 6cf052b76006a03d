package io.nereid.nymph.volume;

import io.nereid.domain.volume.Volume;
import io.nereid.nymph.epoch.EpochGuard;
import io.nereid.protocol.message.VolumeMessages.DropVolume;
import io.nereid.protocol.message.VolumeMessages.HeldVolumes;
import io.nereid.protocol.message.VolumeMessages.HeldVolumesRequest;
import io.nereid.protocol.message.VolumeMessages.MakeVolume;
import io.nereid.protocol.message.VolumeMessages.MeasureVolume;
import io.nereid.protocol.message.VolumeMessages.VolumeSize;

/** What a nymph is asked about volumes. Methods may block. */
public final class VolumeService {
  private final VolumeStore store;
  private final EpochGuard epochs;

  public VolumeService(VolumeStore store, EpochGuard epochs) {
    this.store = store;
    this.epochs = epochs;
  }

  /** Makes one. */
  public Volume make(MakeVolume request) {
    epochs.checkTerm(request.term());
    return store.make(request.name(), request.readOnly(), request.from());
  }

  /** Deletes one. */
  public Volume drop(DropVolume request) {
    epochs.checkTerm(request.term());
    return store.remove(request.name());
  }

  /** What one takes. */
  public VolumeSize measure(MeasureVolume request) {
    return store.measure(request.name());
  }

  /** Which are here. */
  public HeldVolumes held(HeldVolumesRequest request) {
    // First the version: a change in between is asked for again.
    long version = store.version();
    return new HeldVolumes(version, store.all());
  }
}
