package io.nereid.nymph.testing;

import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.migration.Progress;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.port.Loan;
import io.nereid.port.ReceiveRequest;
import io.nereid.port.ReceivedSet;
import io.nereid.port.SendReport;
import io.nereid.port.SendRequest;
import io.nereid.port.SetLabel;
import io.nereid.port.TransferPort;
import io.nereid.port.TransferTicket;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.process.SystemProcessRunner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Keeps layers in a directory, on disk as the real one does; moves nothing. */
public final class FakeTransfer implements TransferPort {
  private final Path layers;

  /** Containers that were forgotten. */
  public final List<ContainerId> forgotten = new ArrayList<>();

  public FakeTransfer(Path layers) {
    this.layers = layers;
  }

  @Override
  public Loan lend(NodeId self, List<SnapshotId> snapshots, List<String> layers) {
    throw new UnsupportedOperationException("there are no others here");
  }

  @Override
  public void help(MigrationId migration, List<Loan> loans) {
    throw new UnsupportedOperationException("there are no others here");
  }

  @Override
  public Map<NodeId, Long> helped(MigrationId migration) {
    return Map.of();
  }

  @Override
  public Snapshot fetch(Snapshot snapshot, List<Loan> loans, Consumer<Progress> progress) {
    throw new UnsupportedOperationException("there are no others here");
  }

  @Override
  public String importLayer(Path rootfs) {
    try {
      Files.createDirectories(layers);
      long existing;
      try (Stream<Path> list = Files.list(layers)) {
        existing = list.count();
      }
      String digest = "sha256-" + existing;
      Outcome copied =
          SystemProcessRunner.ofThisHost()
              .run(
                  Command.of(
                      Duration.ofSeconds(60),
                      "cp",
                      "-a",
                      rootfs.toString(),
                      layers.resolve(digest).toString()));
      if (!copied.ok()) {
        throw new IllegalStateException(copied.toString());
      }
      return digest;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Path layer(String digest) {
    return layers.resolve(digest);
  }

  @Override
  public List<String> layers() {
    try (Stream<Path> list = Files.list(layers)) {
      return list.map(p -> p.getFileName().toString()).sorted().toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public long layerBytes(String digest) {
    return 0;
  }

  @Override
  public void forget(ContainerId container) {
    forgotten.add(container);
  }

  @Override
  public TransferTicket open(ReceiveRequest request) {
    throw new UnsupportedOperationException();
  }

  @Override
  public SendReport send(SendRequest request, Consumer<Progress> progress) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void cancel(MigrationId migration) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ReceivedSet received(MigrationId migration, SetLabel label) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<ReceivedSet> rounds(MigrationId migration) {
    return List.of();
  }

  @Override
  public void close(MigrationId migration) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void retain(ContainerId container, Path images) {
    throw new UnsupportedOperationException();
  }
}
