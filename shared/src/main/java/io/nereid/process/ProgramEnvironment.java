package io.nereid.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The small fixed environment of every program, and where programs are looked for: what Nereid's
 * own setup installed comes first, because the distribution's CRIU may not work on this kernel.
 *
 * @param searchPath directories, in order
 * @param home the HOME that programs see
 */
public record ProgramEnvironment(List<Path> searchPath, String home) {
  private static final String PREFIX_DEFAULT = "/usr/local/lib/nereid";
  private static final List<String> SYSTEM =
      List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin");

  public ProgramEnvironment {
    searchPath = List.copyOf(searchPath);
  }

  /** From our own environment: NEREID_PREFIX names another place for what setup installs. */
  public static ProgramEnvironment from(Map<String, String> environment) {
    String named = environment.get("NEREID_PREFIX");
    String prefix = named == null || named.isBlank() ? PREFIX_DEFAULT : named;
    List<Path> search =
        java.util.stream.Stream.concat(
                java.util.stream.Stream.of(Path.of(prefix, "bin")), SYSTEM.stream().map(Path::of))
            .toList();
    return new ProgramEnvironment(search, environment.getOrDefault("HOME", "/"));
  }

  /** Where a program is; one that is given with a slash is taken as it is. */
  public Optional<Path> find(String program) {
    if (program.contains("/")) {
      return Optional.of(Path.of(program)).filter(Files::isExecutable);
    }
    return searchPath.stream()
        .map(directory -> directory.resolve(program))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }

  /** The variables that a program gets before those of its command. */
  public Map<String, String> variables() {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("PATH", String.join(":", searchPath.stream().map(Path::toString).toList()));
    variables.put("HOME", home);
    variables.put("LANG", "C.UTF-8");
    return variables;
  }
}
