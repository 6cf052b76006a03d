package io.nereid.nymph.volume;

import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.volume.VolumeUser;
import io.nereid.nymph.bundle.BundleVolume;
import java.util.ArrayList;
import java.util.List;

/**
 * Which container has which volume: a writable one belongs to one container, from its making to its
 * removal, a read-only one to any number. Thread-safe; blocks.
 */
public final class VolumeClaims {
  private final VolumeStore store;

  public VolumeClaims(VolumeStore store) {
    this.store = store;
  }

  /**
   * Gives a container all that it asks for, or nothing.
   *
   * @return the same, read-only ones with their digests
   */
  public List<BundleVolume> claim(VolumeUser user, List<BundleVolume> wanted) {
    VolumeRecords records = store.records();
    synchronized (records) {
      List<BundleVolume> pinned = new ArrayList<>();
      List<VolumeRecord> claimed = new ArrayList<>();
      for (BundleVolume volume : wanted) {
        VolumeRecord record = store.get(volume.name());
        pinned.add(check(record, volume, user));
        claimed.add(record.withUser(user));
      }
      claimed.forEach(records::save);
      return pinned;
    }
  }

  private static BundleVolume check(VolumeRecord record, BundleVolume volume, VolumeUser user) {
    if (record.stage() != VolumeRecord.Stage.READY) {
      throw VolumeStore.refused(
          FailureCode.BUSY,
          "volume '" + record.name() + "' is " + record.stage(),
          "try again in a moment");
    }
    if (!record.readOnly()) {
      if (volume.digest().isPresent()) {
        throw VolumeStore.refused(
            FailureCode.BUNDLE_INVALID,
            "volume '" + record.name() + "' is writable and has no digest",
            "name it without '@'");
      }
      VolumeStore.requireUnused(record.without(user.id()));
      return volume;
    }
    if (!volume.readOnly()) {
      throw VolumeStore.refused(
          FailureCode.BUNDLE_INVALID,
          "volume '" + record.name() + "' is read-only",
          "mount it as '" + record.name() + ":" + volume.path() + ":ro'");
    }
    if (volume.digest().filter(d -> !d.equals(record.digest())).isPresent()) {
      throw VolumeStore.refused(
          FailureCode.NOT_FOUND,
          "volume '" + record.name() + "' has another content: " + record.digest(),
          "name the digest that is wanted, or none");
    }
    return volume.pinned(record.digest());
  }

  /** Has the writable volumes of a container go with it. */
  public void condemn(ContainerId id) {
    VolumeRecords records = store.records();
    synchronized (records) {
      for (VolumeRecord record : records.all()) {
        if (record.isUsedBy(id) && !record.readOnly()) {
          records.save(record.withStage(VolumeRecord.Stage.CONDEMNED));
        }
      }
    }
  }

  /** The container is gone: its volumes stay, but those that were to go with it. Idempotent. */
  public void release(ContainerId id) {
    VolumeRecords records = store.records();
    List<VolumeRecord> going = new ArrayList<>();
    synchronized (records) {
      for (VolumeRecord record : records.all()) {
        if (record.isUsedBy(id)) {
          boolean goes = record.stage() == VolumeRecord.Stage.CONDEMNED;
          VolumeRecord left = record.without(id);
          records.save(goes ? left.withStage(VolumeRecord.Stage.REMOVING) : left);
          if (goes) {
            going.add(left);
          }
        }
      }
    }
    going.forEach(store::erase);
  }

  /** Removes what an interrupted daemon was making or removing. */
  public void resume() {
    store.settleAside();
    for (VolumeRecord record : store.records().all()) {
      boolean unfinished =
          record.stage() == VolumeRecord.Stage.CREATING
              || record.stage() == VolumeRecord.Stage.REMOVING;
      if (unfinished) {
        store.erase(record);
      }
    }
  }
}
