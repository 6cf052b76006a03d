package io.nereid.nymph.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.VolumeName;
import io.nereid.domain.volume.VolumeMount;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VolumeMountsTest {
  private static final String DIGEST = "ab".repeat(32);

  private static ObjectNode config(String mounts) {
    String text = "{\"mounts\": [" + mounts + "]}";
    return ConfigJson.read("test", text.getBytes(StandardCharsets.UTF_8));
  }

  private static String volume(String source, String path, String options) {
    return """
    {"type": "nereid-volume", "source": "%s", "destination": "%s", "options": [%s]}\
    """
        .formatted(source, path, options);
  }

  private static CheckedBundle bundle(ObjectNode config) {
    return new CheckedBundle(
        Path.of("/b"),
        ConfigJson.write(config),
        config,
        Path.of("/b/rootfs"),
        List.of("sh"),
        false,
        Map.of());
  }

  @Test
  void aBundleNamesVolumesAmongItsMounts() {
    ObjectNode config =
        config(
            "{\"type\": \"proc\", \"source\": \"proc\", \"destination\": \"/proc\"},"
                + volume("state", "/state", "\"rw\", \"nodev\"")
                + ","
                + volume("given@" + DIGEST, "/given", ""));
    assertThat(VolumeMounts.in("test", config))
        .containsExactly(
            new BundleVolume(new VolumeName("state"), Optional.empty(), "/state", false),
            new BundleVolume(new VolumeName("given"), Optional.of(DIGEST), "/given", true));
  }

  @ParameterizedTest
  @CsvSource({
    "../state, /state, ''",
    "'', /state, ''",
    "state@12, /state, ''",
    "state, state, ''",
    "state, /, ''",
    "state, /proc/x, ''",
    "state, /a/../b, ''",
    "state, /a/, ''",
    "state, /state, '\"rbind\"'",
  })
  void whatIsNoVolumeIsRefused(String source, String path, String options) {
    ObjectNode config = config(volume(source, path, options));
    assertThatThrownBy(() -> VolumeMounts.in("test", config))
        .isInstanceOf(FailureException.class)
        .hasMessageContaining("volume");
  }

  @Test
  void theSameVolumeTwiceAndTooManyAreRefused() {
    ObjectNode twice = config(volume("a", "/1", "") + "," + volume("a", "/2", ""));
    assertThatThrownBy(() -> VolumeMounts.in("test", twice)).hasMessageContaining("twice");
    StringBuilder many = new StringBuilder(volume("v0", "/v0", ""));
    for (int i = 1; i <= VolumeMount.MOUNTS_MAX; i++) {
      many.append(',').append(volume("v" + i, "/v" + i, ""));
    }
    ObjectNode tooMany = config(many.toString());
    assertThatThrownBy(() -> VolumeMounts.in("test", tooMany)).hasMessageContaining("more than 16");
  }

  @Test
  void theRuntimeGetsBindMountsAndTheKeptConfigurationNames() {
    CheckedBundle more =
        VolumeMounts.add(
            bundle(config("")),
            List.of(
                new VolumeMount(new VolumeName("state"), "/state", false),
                new VolumeMount(new VolumeName("given"), "/given", true)));
    CheckedBundle pinned = VolumeMounts.change(more, v -> v.readOnly() ? v.pinned(DIGEST) : v);
    String kept = new String(pinned.original(), StandardCharsets.UTF_8);
    assertThat(kept).contains("given@" + DIGEST).contains("\"nereid-volume\"");
    ObjectNode generated = pinned.config().deepCopy();
    VolumeMounts.bind(generated, v -> Path.of("/where", v.name().value()));
    assertThat(generated.toString())
        .contains("\"source\":\"/where/state\"")
        .contains("[\"bind\",\"ro\"]")
        .doesNotContain("nereid-volume");
    assertThatThrownBy(() ->
            VolumeMounts.add(
                pinned, List.of(new VolumeMount(new VolumeName("b"), "/state", false))))
        .hasMessageContaining("/state already");
  }
}
