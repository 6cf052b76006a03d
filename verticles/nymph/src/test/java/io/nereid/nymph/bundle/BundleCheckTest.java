package io.nereid.nymph.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BundleCheckTest {
  private static final String GOOD =
      """
      {"ociVersion": "1.0.2-dev",
       "process": {"args": ["/bin/redis", "--port", "1"], "cwd": "/"},
       "root": {"path": "rootfs"},
       "annotations": {"a": "b"},
       "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"}],
       "linux": {"namespaces": [{"type": "mount"}, {"type": "pid"}, {"type": "network"}]}}
      """;
  @TempDir Path temp;
  private Path bundle;

  @BeforeEach
  void makeBundle() throws IOException {
    bundle = temp.toRealPath().resolve("web");
    Files.createDirectories(bundle.resolve("rootfs"));
    config(GOOD);
  }

  private void config(String text) throws IOException {
    Files.writeString(bundle.resolve("config.json"), text);
  }

  private void change(Consumer<ObjectNode> change) throws IOException {
    ObjectNode config = ConfigJson.read("test", GOOD.getBytes(StandardCharsets.UTF_8));
    change.accept(config);
    Files.write(bundle.resolve("config.json"), ConfigJson.write(config));
  }

  private Failure refusal() {
    return refusal(bundle.toString());
  }

  private static Failure refusal(String path) {
    try {
      BundleCheck.check(path);
    } catch (FailureException e) {
      assertThat(e.failure().certainty()).isEqualTo(Certainty.DID_NOT_RUN);
      return e.failure();
    }
    throw new AssertionError("accepted");
  }

  @Test
  void aGoodBundleIsRead() {
    CheckedBundle checked = BundleCheck.check(bundle.toString());
    assertThat(checked.command()).containsExactly("/bin/redis", "--port", "1");
    assertThat(checked.rootfs()).isEqualTo(bundle.resolve("rootfs"));
    assertThat(checked.annotations()).containsEntry("a", "b");
    assertThat(checked.terminal()).isFalse();
    assertThat(new String(checked.original(), StandardCharsets.UTF_8)).isEqualTo(GOOD);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.0.0", "1.0.2", "1.1.0", "1.2.1", "1.0.2-dev", "1.1.0+dev"})
  void supportedVersionsAreAccepted(String version) throws IOException {
    change(c -> c.put("ociVersion", version));
    assertThat(BundleCheck.check(bundle.toString()).command()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0.9.0", "1.3.0", "2.0.0", "1", "1.0", "latest", "1.99999999999.0"})
  void otherVersionsAreRefusedAndNamed(String version) throws IOException {
    change(c -> c.put("ociVersion", version));
    assertThat(refusal().message()).contains("ociVersion").contains(version);
    assertThat(refusal().remedy()).contains("1.0.x to 1.2.x");
  }

  @Test
  void aMissingDirectoryIsNamed() {
    assertThat(refusal("/no/such/bundle").message()).contains("/no/such/bundle", "does not exist");
    assertThat(refusal("relative/bundle").message()).contains("not an absolute path");
    assertThat(refusal("/a\0b").message()).contains("is not a path");
  }

  @Test
  void aBundleWithoutConfigOrRootfsSaysWhatIsMissing() throws IOException {
    Files.delete(bundle.resolve("rootfs"));
    assertThat(refusal().message()).contains("root file system 'rootfs' does not exist");
    Files.delete(bundle.resolve("config.json"));
    assertThat(refusal().message()).contains("has no config.json");
    assertThat(refusal().code()).isEqualTo(FailureCode.BUNDLE_INVALID);
    assertThat(refusal().remedy()).contains("runc spec");
  }

  @Test
  void invalidJsonIsRefusedWithLineAndColumn() throws IOException {
    config("{\n  \"ociVersion\": \"1.0.2\",\n  oops\n}");
    assertThat(refusal().message()).contains("not valid JSON at line 3, column");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "7", "null", "{} {}", "{\"a\": 1, \"a\": 2}", "{\"a\":"})
  void whatIsNotOneObjectIsRefused(String text) throws IOException {
    config(text);
    assertThat(refusal().code()).isEqualTo(FailureCode.BUNDLE_INVALID);
  }

  @Test
  void aHugeOrDeepConfigurationIsRefused() throws IOException {
    config("{\"a\": \"" + "x".repeat(ConfigJson.BYTES_MAX) + "\"}");
    assertThat(refusal().message()).contains("larger than");
    config("{\"a\":".repeat(200) + "1" + "}".repeat(200));
    assertThat(refusal().message()).contains("not valid JSON");
  }

  @Test
  void aRootThatLeadsOutOfTheBundleIsRefused() throws IOException {
    Files.createDirectories(temp.resolve("outside"));
    for (String path : new String[] {"../outside", "/etc", ".", "rootfs/../../outside"}) {
      change(c -> c.withObject("/root").put("path", path));
      assertThat(refusal().message()).contains(path).contains("leads out of the bundle");
    }
    Files.createSymbolicLink(bundle.resolve("link"), temp.resolve("outside"));
    change(c -> c.withObject("/root").put("path", "link"));
    assertThat(refusal().message()).contains("leads out of the bundle");
  }

  @Test
  void aLinkThatStaysInsideIsFollowed() throws IOException {
    Files.createSymbolicLink(bundle.resolve("link"), bundle.resolve("rootfs"));
    change(c -> c.withObject("/root").put("path", "link"));
    assertThat(BundleCheck.check(bundle.toString()).rootfs()).isEqualTo(bundle.resolve("rootfs"));
  }

  @Test
  void aRootThatIsAFileIsRefused() throws IOException {
    Files.writeString(bundle.resolve("file"), "");
    change(c -> c.withObject("/root").put("path", "file"));
    assertThat(refusal().message()).contains("not a directory");
  }

  @Test
  void hooksAreRefusedBecauseTheyCannotMove() throws IOException {
    change(c -> c.withObject("/hooks").withArray("/prestart").addObject().put("path", "/bin/x"));
    assertThat(refusal().code()).isEqualTo(FailureCode.UNSUPPORTED);
    assertThat(refusal().message()).contains("prestart");
  }

  @Test
  void emptyHooksDoNotMatter() throws IOException {
    change(c -> c.withObject("/hooks").withArray("/prestart"));
    assertThat(BundleCheck.check(bundle.toString()).command()).isNotEmpty();
  }

  @Test
  void aBindMountOfNothingIsRefusedAndTheSourceNamed() throws IOException {
    change(c ->
        c.withArray("/mounts")
            .addObject()
            .put("destination", "/data")
            .put("source", "vol")
            .withArray("/options")
            .add("rbind"));
    assertThat(refusal().message()).contains(bundle.resolve("vol").toString(), "/data");
    Files.createDirectories(bundle.resolve("vol"));
    assertThat(BundleCheck.check(bundle.toString()).command()).isNotEmpty();
  }

  @Test
  void aProcessNeedsProgramAndDirectory() throws IOException {
    change(c -> c.withObject("/process").putArray("args"));
    assertThat(refusal().message()).contains("process.args names no program");
    change(c -> c.withObject("/process").putArray("args").add(7));
    assertThat(refusal().message()).contains("strings");
    change(c -> c.withObject("/process").put("cwd", "tmp"));
    assertThat(refusal().message()).contains("process.cwd");
    change(c -> c.remove("process"));
    assertThat(refusal().message()).contains("'process'");
  }

  @Test
  void aContainerInTheHostsMountNamespaceIsRefused() throws IOException {
    change(c -> c.withObject("/linux").putArray("namespaces").addObject().put("type", "pid"));
    assertThat(refusal().message()).contains("no mount namespace");
  }

  @Test
  void nothingInTheBundleChanges() throws IOException {
    byte[] before = Files.readAllBytes(bundle.resolve("config.json"));
    BundleCheck.check(bundle.toString());
    assertThat(bundle.resolve("config.json")).hasBinaryContent(before);
    try (var files = Files.list(bundle)) {
      assertThat(files).hasSize(2);
    }
  }
}
