package io.nereid.coordinator.container;

import io.nereid.coordinator.directory.Directory;
import io.nereid.coordinator.directory.Operations;
import io.nereid.coordinator.directory.Reconciler;
import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.container.Location;
import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.container.Ownership.Stage;
import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.snapshot.PolicyWish;
import io.nereid.port.OwnershipLedger;
import io.nereid.protocol.message.ContainerAction;
import io.nereid.protocol.message.CoordinatorMessages.RunRequest;
import io.nereid.protocol.message.NymphMessages.CreateRequest;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes containers: name, address and ownership first, then the container itself. Blocks. */
public final class RunHandler {
  private static final Logger LOG = LoggerFactory.getLogger(RunHandler.class);
  private static final int BUNDLE_CHARS_MAX = 4096;

  private final OwnershipLedger ledger;
  private final Directory directory;
  private final Operations operations;
  private final Reconciler reconciler;
  private final Nymphs nymphs;
  private final AddressPool addresses;
  private final VolumeHandler volumes;

  public RunHandler(
      OwnershipLedger ledger,
      Directory directory,
      Operations operations,
      Reconciler reconciler,
      Nymphs nymphs,
      AddressPool addresses,
      VolumeHandler volumes) {
    this.ledger = ledger;
    this.directory = directory;
    this.operations = operations;
    this.reconciler = reconciler;
    this.nymphs = nymphs;
    this.addresses = addresses;
    this.volumes = volumes;
  }

  /** Throws what the nymph says, or NAME_TAKEN, ADDRESS_TAKEN, UNKNOWN_NODE, BAD_REQUEST. */
  public Location run(RunRequest request) {
    String bundle = checkedBundle(request.bundle());
    request.protect().ifPresent(PolicyWish::checked);
    if (directory.host(request.node()).isEmpty()) {
      throw Hosts.unknown(request.node());
    }
    volumes.requireAt(request.node(), request.volumes());
    ContainerId id = ContainerId.random();
    ContainerName name =
        request.name().map(ContainerName::new).orElseGet(() -> Names.derive(bundle, id));
    NetworkSpec network =
        addresses.take(
            request.network(),
            request.address(),
            directory.list().stream().map(l -> l.status().network()).toList());
    Ownership first =
        new Ownership(id, name, request.node(), Epoch.FIRST, Stage.HELD, Optional.empty());
    try (Operations.Running running = operations.begin(first, "run")) {
      register(first);
      CreateRequest create =
          new CreateRequest(
              nymphs.fence(first.epoch()),
              id,
              name,
              bundle,
              network,
              request.start(),
              request.protect(),
              request.volumes());
      return made(first, create);
    } finally {
      addresses.release(network);
    }
  }

  private void register(Ownership first) {
    if (!ledger.register(first)) {
      throw new FailureException(
          Failure.refused(
              FailureCode.NAME_TAKEN,
              "there is a container with the name '" + first.name() + "' already",
              "choose another name, or remove that container"));
    }
  }

  private Location made(Ownership first, CreateRequest create) {
    try {
      ContainerStatus status = nymphs.create(first.owner(), create);
      directory.accept(first.owner(), status);
      return directory.show(first);
    } catch (FailureException e) {
      throw undone(first, e);
    }
  }

  /** Nothing of a container that could not be made may stay, neither here nor at the host. */
  private FailureException undone(Ownership first, FailureException why) {
    NodeId node = first.owner();
    boolean gone = why.failure().certainty() != Certainty.UNKNOWN || removedAt(first);
    if (gone) {
      reconciler.forget(first.id());
      ledger.remove(first);
      directory.removed(first);
      return why;
    }
    // The host may still make it. Its reports will tell: then it is listed, otherwise forgotten.
    Failure unknown =
        new Failure(
            why.failure().code(),
            Certainty.UNKNOWN,
            why.failure().message()
                + "; whether host '"
                + node
                + "' has made container '"
                + first.name()
                + "' is not known",
            "look at 'nereid ps -a' when the host is back, and remove it there if you do not want it",
            why.failure().evidence());
    return new FailureException(unknown, why);
  }

  private boolean removedAt(Ownership first) {
    try {
      nymphs.command(first.owner(), first.id(), first.epoch(), new ContainerAction.Remove(true));
      return true;
    } catch (FailureException e) {
      LOG.warn("container '{}' may be left on '{}': {}", first.name(), first.owner(), e.failure());
      return e.failure().code() == FailureCode.NOT_FOUND;
    }
  }

  private static String checkedBundle(String bundle) {
    boolean fine =
        bundle != null
            && bundle.startsWith("/")
            && bundle.length() <= BUNDLE_CHARS_MAX
            && bundle.chars().noneMatch(Character::isISOControl);
    if (!fine) {
      throw new FailureException(
          Failure.refused(
              FailureCode.BAD_REQUEST,
              "the bundle must be an absolute path without control characters",
              "give the directory with config.json and the root file system"));
    }
    return bundle;
  }
}
