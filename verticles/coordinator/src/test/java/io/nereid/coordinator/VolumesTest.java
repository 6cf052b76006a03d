package io.nereid.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nereid.bus.BusServer;
import io.nereid.coordinator.testkit.TestCluster;
import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.VolumeName;
import io.nereid.domain.volume.Volume;
import io.nereid.domain.volume.VolumeMount;
import io.nereid.domain.volume.VolumePlace;
import io.nereid.domain.volume.VolumeUser;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.CoordinatorMessages.RunRequest;
import io.nereid.protocol.message.VolumeMessages.CreateVolumeRequest;
import io.nereid.protocol.message.VolumeMessages.DropVolume;
import io.nereid.protocol.message.VolumeMessages.HeldVolumes;
import io.nereid.protocol.message.VolumeMessages.MakeVolume;
import io.nereid.protocol.message.VolumeMessages.RemoveVolumeRequest;
import io.nereid.protocol.message.VolumeMessages.VolumesRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A volume's name means one volume, wherever it is asked for. */
class VolumesTest {
  private static final VolumeName NAME = new VolumeName("state");
  private static final Duration SOON = Duration.ofSeconds(20);
  private TestCluster cluster;
  private Disk a;
  private Disk b;

  /** The volumes of one host. */
  private static final class Disk {
    private final TestCluster.Host host;
    private final Map<VolumeName, Volume> volumes = new ConcurrentHashMap<>();
    private volatile CountDownLatch holdMaking = new CountDownLatch(0);

    Disk(TestCluster.Host host) {
      this.host = host;
      BusServer server = new BusServer(host.vertx);
      server.serveBlocking(Addresses.MAKE_VOLUME.at(host.id), this::make).await();
      server.serveBlocking(Addresses.DROP_VOLUME.at(host.id), this::drop).await();
      server
          .serveBlocking(
              Addresses.HELD_VOLUMES.at(host.id),
              q -> new HeldVolumes(0, List.copyOf(volumes.values())))
          .await();
    }

    private Volume make(MakeVolume request) {
      try {
        holdMaking.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return put(request.name(), List.of());
    }

    private Volume put(VolumeName name, List<VolumeUser> users) {
      Volume volume = new Volume(name, false, "", Instant.EPOCH, users);
      volumes.put(name, volume);
      return volume;
    }

    private Volume drop(DropVolume request) {
      return Optional.ofNullable(volumes.remove(request.name()))
          .orElseThrow(() ->
              new FailureException(Failure.refused(FailureCode.NOT_FOUND, "is not here", "")));
    }
  }

  @BeforeEach
  void start() {
    cluster = new TestCluster(2);
    a = new Disk(cluster.start("a"));
    b = new Disk(cluster.start("b"));
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private VolumePlace create(Disk at) {
    return cluster.ask(
        Addresses.CREATE_VOLUME,
        new CreateVolumeRequest(NAME, at.host.id, false, Optional.empty()));
  }

  private List<VolumePlace> list() {
    return cluster.ask(Addresses.VOLUMES, new VolumesRequest()).volumes();
  }

  private static void refused(FailureCode code, String words, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> {
              assertThat(e.failure().code()).isEqualTo(code);
              assertThat(e.failure().message() + e.failure().remedy()).contains(words);
            });
  }

  @Test
  void aNameIsGivenOnceInTheCluster() {
    assertThat(create(a).host()).isEqualTo(a.host.id);
    refused(FailureCode.NAME_TAKEN, "on host " + a.host.id, () -> create(b));
    assertThat(b.volumes).isEmpty();
    assertThat(list()).singleElement().matches(VolumePlace::present);
  }

  @Test
  void twoWhoWantTheSameNameAtOnceDoNotBothGetIt() {
    a.holdMaking = new CountDownLatch(1);
    Thread first = Thread.startVirtualThread(() -> create(a));
    await()
        .atMost(SOON)
        .untilAsserted(() -> refused(FailureCode.BUSY, "is being made", () -> create(b)));
    a.holdMaking.countDown();
    await().atMost(SOON).until(() -> !first.isAlive());
    refused(FailureCode.NAME_TAKEN, "'state'", () -> create(b));
    assertThat(list()).singleElement().matches(p -> p.host().equals(a.host.id));
  }

  @Test
  void whatHostsReportIsListedAndWhatIsUsedStays() {
    VolumeUser user = new VolumeUser(ContainerId.random(), new ContainerName("app"));
    create(a);
    a.put(NAME, List.of(user));
    refused(
        FailureCode.BUSY,
        "container 'app'",
        () -> cluster.ask(Addresses.REMOVE_VOLUME, new RemoveVolumeRequest(NAME)));
    assertThat(a.volumes).containsKey(NAME);
    assertThat(list()).singleElement().matches(p -> p.volume().users().contains(user));
    a.put(NAME, List.of());
    cluster.ask(Addresses.REMOVE_VOLUME, new RemoveVolumeRequest(NAME));
    assertThat(a.volumes).isEmpty();
    assertThat(list()).isEmpty();
    refused(
        FailureCode.NOT_FOUND,
        "'state'",
        () -> cluster.ask(Addresses.REMOVE_VOLUME, new RemoveVolumeRequest(NAME)));
  }

  @Test
  void aContainerRunsWhereItsVolumesAre() {
    create(a);
    RunRequest there =
        new RunRequest(
            b.host.id,
            "/bundles/app",
            Optional.of("app"),
            NetworkMode.BRIDGE,
            Optional.empty(),
            true,
            Optional.empty(),
            List.of(new VolumeMount(NAME, "/state", false)));
    refused(FailureCode.WRONG_STATE, "--on " + a.host.id, () -> cluster.ask(Addresses.RUN, there));
    // It has moved a moment ago, and nobody has told the leader.
    b.put(NAME, List.of());
    a.volumes.clear();
    assertThat(cluster.ask(Addresses.RUN, there).owner()).isEqualTo(b.host.id);
  }
}
