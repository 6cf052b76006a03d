package io.nereid.nymph.track;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Whether pages of a process may be written without the process or the kernel touching them through
 * the process's page table. Devices do that: they were told the place of a page once, and a page
 * that is protected afterwards is written all the same. Everything else that writes, also the
 * kernel on behalf of a process, is noticed.
 *
 * <p>Sources: the kernel's core-api/pin_user_pages; proc_pid_fdinfo(5), proc_pid_mountinfo(5).
 */
final class UnseenWrites {
  private static final int DESCRIPTORS_MAX = 10_000;
  private static final int O_DIRECT = 040000;

  /** File systems that read into a process's pages without a copy of their own in between. */
  private static final Pattern DIRECT_FILE_SYSTEM =
      Pattern.compile("fuse|fuseblk|fuse\\..*|virtiofs|9p|cifs|smb3|ceph");

  private UnseenWrites() {}

  /** Why they are possible; empty when they are not. */
  static Optional<String> possible(Path process) throws IOException {
    for (String line : lines(process.resolve("status"))) {
      if (line.startsWith("VmPin:") && !line.replaceAll("\\D", "").equals("0")) {
        return Optional.of("it has memory that is pinned for a device");
      }
    }
    for (String line : lines(process.resolve("mountinfo"))) {
      int dash = line.indexOf(" - ");
      String kind = dash < 0 ? "" : line.substring(dash + 3).split(" ")[0];
      if (DIRECT_FILE_SYSTEM.matcher(kind).matches()) {
        return Optional.of("it can see a file system of kind " + kind);
      }
    }
    return descriptors(process);
  }

  private static List<String> lines(Path file) throws IOException {
    return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
  }

  private static Optional<String> descriptors(Path process) throws IOException {
    int seen = 0;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path one : all) {
        if (++seen > DESCRIPTORS_MAX) {
          return Optional.of("it has more than " + DESCRIPTORS_MAX + " descriptors");
        }
        Optional<String> why = descriptor(process, one);
        if (why.isPresent()) {
          return why;
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return Optional.empty();
  }

  private static Optional<String> descriptor(Path process, Path one) {
    try {
      String target = Files.readSymbolicLink(one).toString();
      if (target.startsWith("anon_inode:[userfaultfd]")) {
        return Optional.of("it uses userfaultfd itself");
      }
      if (target.startsWith("anon_inode:[io_uring]")) {
        return Optional.of("it uses io_uring");
      }
      if (!target.startsWith("/")) {
        return Optional.empty();
      }
      for (String line : lines(process.resolve("fdinfo").resolve(one.getFileName().toString()))) {
        if (line.startsWith("flags:")
            && (Integer.parseInt(line.substring(6).strip(), 8) & O_DIRECT) != 0) {
          return Optional.of("it has a file open for direct input and output");
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      // Closed meanwhile: what it was used for is over, or begins after the pages were protected.
      return Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.of("its descriptors cannot be understood");
    }
  }
}
