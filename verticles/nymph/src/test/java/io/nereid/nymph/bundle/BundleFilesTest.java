package io.nereid.nymph.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.NodeId;
import io.nereid.nymph.fs.HostPaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleFilesTest {
  private static final ContainerId WEB = new ContainerId("0".repeat(32));
  private static final String USER =
      """
      {"ociVersion": "1.0.2",
       "process": {"args": ["/bin/x"], "cwd": "/", "noNewPrivileges": true, "rlimits": [{"type": "RLIMIT_NOFILE", "hard": 18446744073709551615, "soft": 1024}]},
       "root": {"path": "rootfs", "readonly": true},
       "mounts": [{"destination": "/d", "type": "bind", "source": "vol", "options": ["ro"]},
                  {"destination": "/proc", "type": "proc", "source": "proc"}],
       "hooks": {"prestart": []},
       "linux": {"cgroupsPath": "/mine", "seccomp": {"defaultAction": "SCMP_ACT_ALLOW"},
         "resources": {"memory": {"limit": 67108864, "swap": 1000}, "cpu": {"quota": 50000, "period": 100000, "shares": 512},
                       "pids": {"limit": 20}},
         "namespaces": [{"type": "mount"}, {"type": "network", "path": "/proc/1/ns/net"}, {"type": "pid"}]}}
      """;
  @TempDir Path temp;
  private HostPaths paths;
  private Path bundle;

  @BeforeEach
  void keepBundle() throws IOException {
    paths = new HostPaths(new NodeId("a"), temp.resolve("data"), temp.resolve("run"), temp);
    bundle = Files.createDirectories(temp.toRealPath().resolve("bundle"));
    Files.createDirectories(bundle.resolve("rootfs"));
    Files.createDirectories(bundle.resolve("vol"));
    Files.writeString(bundle.resolve("config.json"), USER);
    files().keep(WEB, BundleCheck.check(bundle.toString()));
  }

  private BundleFiles files(BundleTransform... transforms) {
    return new BundleFiles(paths, List.of(transforms));
  }

  private JsonNode generated(BundleFiles files, NetworkMode mode, Path netns) throws IOException {
    files.generate(
        WEB,
        new ContainerName("web"),
        bundle.toString(),
        mode,
        Optional.ofNullable(netns),
        List.of());
    return new ObjectMapper().readTree(paths.container(WEB).config().toFile());
  }

  @Test
  void theUsersConfigurationIsKeptByteByByte() {
    assertThat(paths.container(WEB).userConfig()).hasContent(USER);
  }

  @Test
  void onlyWhatBelongsToTheHostIsChanged() throws IOException {
    JsonNode config = generated(files(), NetworkMode.BRIDGE, Path.of("/run/netns/web"));
    assertThat(config.at("/root/path").asText())
        .isEqualTo(paths.container(WEB).rootfs().toString());
    assertThat(config.at("/root/readonly").asBoolean()).isTrue();
    assertThat(config.at("/linux/cgroupsPath").asText()).isEqualTo("/nereid-a/" + WEB);
    assertThat(config.at("/annotations/io.nereid.id").asText()).isEqualTo(WEB.value());
    JsonNode user = new ObjectMapper().readTree(USER);
    for (String kept : List.of("/process", "/linux/seccomp", "/linux/resources", "/mounts/1")) {
      assertThat(config.at(kept)).as(kept).isEqualTo(user.at(kept));
    }
  }

  @Test
  void theNetworkNamespaceIsOursOrTheHosts() throws IOException {
    JsonNode bridged = generated(files(), NetworkMode.BRIDGE, Path.of("/run/netns/web"));
    assertThat(bridged.at("/linux/namespaces").toString())
        .contains("{\"type\":\"network\",\"path\":\"/run/netns/web\"}")
        .doesNotContain("/proc/1");
    JsonNode host = generated(files(), NetworkMode.HOST, null);
    assertThat(host.at("/linux/namespaces").toString()).doesNotContain("network");
    assertThat(host.at("/linux/namespaces")).hasSize(2);
  }

  @Test
  void relativeSourcesOfBindMountsCountFromTheUsersBundle() throws IOException {
    JsonNode config = generated(files(), NetworkMode.HOST, null);
    assertThat(config.at("/mounts/0/source").asText()).isEqualTo(bundle.resolve("vol").toString());
    assertThat(config.at("/mounts/1/source").asText()).isEqualTo("proc");
  }

  @Test
  void transformsHaveTheLastWord() throws IOException {
    JsonNode config =
        generated(
            files((id, c) -> c.withObject("/annotations").put("org.criu.config", "/x/" + id)),
            NetworkMode.HOST,
            null);
    assertThat(config.at("/annotations/org.criu.config").asText()).isEqualTo("/x/" + WEB);
  }

  @Test
  void limitsAndMountsAreToldInWords() {
    assertThat(files().limits(WEB))
        .isEqualTo(
            Map.of(
                "memory", "64 MiB",
                "memory+swap", "1000 bytes",
                "cpus", "0.50",
                "cpu shares", "512",
                "processes", "20"));
    assertThat(files().mounts(WEB)).containsExactly("/d", "/proc");
  }
}
