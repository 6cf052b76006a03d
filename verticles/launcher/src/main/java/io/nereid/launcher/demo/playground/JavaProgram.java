package io.nereid.launcher.demo.playground;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How to start Nereid in another JVM.
 *
 * @param java the program
 * @param options file with options for daemons, if there is one
 * @param cache the daemons' start-up cache (the JDK's ahead-of-time cache), if there is one
 * @param jar the fat jar
 */
public record JavaProgram(Path java, Optional<Path> options, Optional<Path> cache, Path jar) {
  private static final String OPTIONS = "jvm-up.options";
  private static final String CACHE = "NEREID_UP_AOT";

  /** The same JVM and jar as this process; NEREID_CONF may name the directory of the options. */
  public static JavaProgram ofThisProcess() {
    try {
      Path jar =
          Path.of(JavaProgram.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      if (!Files.isRegularFile(jar)) {
        throw new FailureException(
            Failure.refused(
                FailureCode.UNSUPPORTED,
                "the demo starts daemons from the jar, and this runs from " + jar,
                "use ./nereid demo"));
      }
      return of(jar);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** This process's JVM and another jar. */
  public static JavaProgram of(Path jar) {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Path absolute = jar.toAbsolutePath();
    Stream<Path> named = Stream.ofNullable(System.getenv("NEREID_CONF")).map(Path::of);
    Stream<Path> around =
        Stream.iterate(absolute.getParent(), p -> p != null, Path::getParent)
            .limit(4)
            .map(directory -> directory.resolve("conf"));
    Optional<Path> options =
        Stream.concat(named, around)
            .map(directory -> directory.resolve(OPTIONS))
            .filter(Files::isRegularFile)
            .findFirst();
    Optional<Path> cache = Optional.ofNullable(System.getenv(CACHE)).map(Path::of);
    return new JavaProgram(java, options, cache, absolute);
  }

  /** The command line of a daemon. */
  List<String> daemon(Path configuration, Path readyFile) {
    List<String> argv = new ArrayList<>(List.of(java.toString()));
    options.ifPresent(file -> argv.add("@" + file));
    cache.ifPresent(file -> argv.add("-XX:AOTCache=" + file));
    argv.addAll(List.of("-jar", jar.toString(), "up"));
    argv.addAll(List.of("--config", configuration.toString()));
    argv.addAll(List.of("--ready-file", readyFile.toString()));
    return argv;
  }
}
