package io.nereid.launcher.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What class files do not show. */
class SourcesTest {
  private static final Path ROOT = Path.of("../..");
  private static final int LINES_MAX = 400;
  private static final Pattern BUS_ADDRESS = Pattern.compile("\"v\\d+\\.");

  @Test
  void everyPackageSaysWhatItOwns() {
    Set<Path> without =
        sources().map(Path::getParent).collect(Collectors.toCollection(TreeSet::new));
    without.removeIf(directory -> Files.exists(directory.resolve("package-info.java")));
    assertThat(without).isEmpty();
  }

  @Test
  void addressesAreWrittenInOnePlace() {
    assertThat(
            sources()
                .filter(file -> !file.toString().contains("/io/nereid/protocol/address/"))
                .filter(file -> BUS_ADDRESS.matcher(read(file)).find()))
        .isEmpty();
  }

  @Test
  void filesStaySmall() {
    assertThat(sources().filter(file -> read(file).lines().count() > LINES_MAX)).isEmpty();
  }

  private static Stream<Path> sources() {
    List<Path> modules =
        List.of(
            ROOT.resolve("shared"),
            ROOT.resolve("verticles/nymph"),
            ROOT.resolve("verticles/coordinator"),
            ROOT.resolve("verticles/transfer"),
            ROOT.resolve("verticles/gateway"),
            ROOT.resolve("verticles/launcher"));
    return modules.stream()
        .map(module -> module.resolve("src/main/java"))
        .filter(Files::isDirectory)
        .flatMap(SourcesTest::javaFiles);
  }

  private static Stream<Path> javaFiles(Path directory) {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(file -> file.toString().endsWith(".java")).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
