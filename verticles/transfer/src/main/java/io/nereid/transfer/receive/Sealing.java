package io.nereid.transfer.receive;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.port.ReceivedSet;
import io.nereid.port.TreeKind;
import io.nereid.transfer.manifest.ManifestException;
import io.nereid.transfer.wire.Protocol;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Completes an offer, on the session's own thread. */
final class Sealing {
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Session session;
  private final Intake intake;
  private final ReceiveContext context;

  Sealing(Session session, Intake intake, ReceiveContext context) {
    this.session = session;
    this.intake = intake;
    this.context = context;
  }

  /** Returns how many chunks have to be offered again; none when it is complete. */
  long seal(List<byte[]> manifestDigests) throws IOException {
    checkManifests(manifestDigests);
    if (intake.sealed()) {
      return 0;
    }
    awaitContent();
    intake.awaitHelpers();
    long missing = intake.resolve();
    if (missing > 0) {
      return missing;
    }
    intake.finish();
    installLayers();
    List<String> layers = session.wantedLayers();
    for (String layer : layers) {
      if (!context.layers().has(layer)) {
        throw mismatch("layer " + layer + " is not here any more");
      }
    }
    for (IncomingSet set : intake.sets()) {
      if (set.kind() == TreeKind.IMAGES) {
        context.known().put(set.root(), set.manifestFile());
      }
      set.manifest().unload();
    }
    session.completed(intake, new ReceivedSet(Session.rootsOf(intake), layers));
    return 0;
  }

  private void checkManifests(List<byte[]> digests) throws IOException {
    if (digests.size() != intake.sets().size()) {
      throw new ManifestException(
          digests.size() + " manifests are sealed, " + intake.sets().size() + " were offered");
    }
    for (int i = 0; i < digests.size(); i++) {
      IncomingSet set = intake.sets().get(i);
      if (!set.described()) {
        throw new ManifestException("the manifest of " + set.kind() + " is not complete");
      }
      if (!MessageDigest.isEqual(set.manifest().sha256(), digests.get(i))) {
        throw mismatch("the manifest of " + set.kind() + " is not the one that was sent");
      }
    }
  }

  /** What was sent before the seal may arrive after it: it came on another connection. */
  private void awaitContent() {
    long last = intake.awaited();
    long since = System.nanoTime();
    while (intake.awaited() > 0 && session.failure().isEmpty()) {
      LockSupport.parkNanos(LOOK_NANOS);
      long now = intake.awaited();
      if (now != last) {
        last = now;
        since = System.nanoTime();
      } else if (System.nanoTime() - since > TimeUnit.MILLISECONDS.toNanos(Protocol.GREETING_MS)) {
        return;
      }
    }
    session
        .failure()
        .ifPresent(f -> {
          throw new FailureException(f);
        });
  }

  private void installLayers() throws IOException {
    for (IncomingSet set : intake.sets()) {
      if (set.kind() == TreeKind.LAYER) {
        if (!set.manifest().layerDigest().equals(set.layer())) {
          throw mismatch("layer " + set.layer() + " has another content");
        }
        context.layers().install(set.root().getParent(), set.layer());
      }
    }
  }

  private static FailureException mismatch(String what) {
    return new FailureException(
        Failure.of(FailureCode.DIGEST_MISMATCH, what, "nothing of it was used; try again"));
  }
}
