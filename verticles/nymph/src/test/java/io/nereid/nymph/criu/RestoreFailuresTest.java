package io.nereid.nymph.criu;

import static io.nereid.nymph.criu.RuncLab.assertCause;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nereid.domain.id.ContainerId;
import io.nereid.nymph.criu.RuncLab.Subject;
import io.nereid.testkit.RequiresRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images that CRIU really cannot restore, and what Nereid says about it. */
@RequiresRuntime
class RestoreFailuresTest {
  private static final String WAIT = "touch /ready; sleep 1000";

  @TempDir Path dir;
  private RuncLab lab;

  @BeforeEach
  void open() {
    lab = new RuncLab(dir);
  }

  @AfterEach
  void close() throws IOException {
    lab.close();
  }

  private static Subject ready(Subject subject) {
    await().until(() -> Files.exists(subject.file("ready")));
    return subject;
  }

  @Test
  void aFileThatIsMissingOrAnotherOne() throws IOException {
    Subject subject = ready(lab.start("exec 5</etc/marker; " + WAIT));
    lab.dump(subject);
    Path file = subject.file("etc/marker");
    String text = Files.readString(file);
    Files.delete(file);
    assertCause(lab.restoreFails(subject), "file-missing");
    Files.writeString(file, text + "and more");
    assertCause(lab.restoreFails(subject), "file-size");
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    assertCause(lab.restoreFails(subject), "file-mode");
  }

  @Test
  void anImageThatIsDamagedOrNotThere() throws IOException {
    Subject subject = ready(lab.start(WAIT));
    lab.dump(subject);
    Path pages = Files.move(subject.images().resolve("pages-1.img"), dir.resolve("pages"));
    assertCause(lab.restoreFails(subject), "image-damaged");
    Files.move(pages, subject.images().resolve("pages-1.img"));
    Files.writeString(subject.images().resolve("core-1.img"), "this is no image");
    assertCause(lab.restoreFails(subject), "image-damaged");
    Files.delete(subject.images().resolve("core-1.img"));
    assertCause(lab.restoreFails(subject), "image-missing");
    Files.delete(subject.images().resolve("descriptors.json"));
    assertCause(lab.restoreFails(subject), "image-missing");
  }

  @Test
  void pagesThatNobodyBrings() throws IOException {
    Subject subject = ready(lab.start(WAIT));
    lab.dump(subject);
    assertCause(lab.restoreFails(subject, "--lazy-pages"), "lazy-pages-socket");
  }

  @Test
  void processIdsThatAreTaken() throws IOException {
    Subject subject =
        ready(lab.start(WAIT, config -> namespaces(config).remove(indexOf(config, "pid"))));
    lab.dump(subject, "--leave-running");
    assertCause(lab.restoreFails(subject, ContainerId.random()), "pid-in-use");
    assertCause(lab.restoreFails(subject), "container-exists");
  }

  @Test
  void anAddressThatIsTaken() throws IOException {
    Path namespace = Files.createFile(dir.resolve("netns"));
    lab.expect("unshare", "--net=" + namespace, "true");
    lab.expect("nsenter", "--net=" + namespace, "ip", "link", "set", "lo", "up");
    Subject subject =
        lab.start(
            "exec busybox nc -l -p 80",
            config ->
                ((ObjectNode) namespaces(config).get(indexOf(config, "network")))
                    .put("path", namespace.toString()));
    Path table = Path.of("/proc", lab.pid(subject) + "", "net/tcp6");
    await().until(() -> Files.readString(table).contains(":0050 "));
    lab.dump(subject, "--leave-running");
    assertCause(lab.restoreFails(subject, ContainerId.random()), "address-in-use");
  }

  @Test
  void aVolumeThatIsMissingAtTheTarget() throws IOException {
    Path volume = Files.createDirectories(dir.resolve("volume"));
    Subject subject =
        lab.start(
            WAIT,
            config ->
                config
                    .withArray("/mounts")
                    .addObject()
                    .put("destination", "/data")
                    .put("type", "bind")
                    .put("source", volume.toString())
                    .putArray("options")
                    .add("rbind")
                    .add("rprivate"));
    ready(subject);
    lab.dump(subject);
    Files.delete(volume);
    assertCause(lab.restoreFails(subject), "mount-source-missing");
    forgetLastMount(subject);
    assertCause(lab.restoreFails(subject), "mount-missing");
  }

  private static void forgetLastMount(Subject subject) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    Path file = subject.bundle().resolve("config.json");
    ObjectNode config = (ObjectNode) mapper.readTree(file.toFile());
    ArrayNode mounts = config.withArray("/mounts");
    mounts.remove(mounts.size() - 1);
    Files.write(file, mapper.writeValueAsBytes(config));
  }

  private static ArrayNode namespaces(ObjectNode config) {
    return config.withObject("/linux").withArray("/namespaces");
  }

  private static int indexOf(ObjectNode config, String type) {
    ArrayNode all = namespaces(config);
    int at = 0;
    while (!all.get(at).path("type").asText().equals(type)) {
      at++;
    }
    assertThat(at).isLessThan(all.size());
    return at;
  }
}
