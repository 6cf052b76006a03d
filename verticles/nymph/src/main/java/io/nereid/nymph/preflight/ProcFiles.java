package io.nereid.nymph.preflight;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Small files below /proc. What a process that is gone would have said is empty; nothing here
 * throws for it. Bytes are taken as ISO 8859-1, so that no content can be malformed.
 */
final class ProcFiles {
  private static final int BYTES_MAX = 1 << 20;
  private static final int SHOWN_MAX = 200;
  private final Path proc;

  ProcFiles(Path proc) {
    this.proc = proc;
  }

  Path process(long pid) {
    return proc.resolve(Long.toString(pid));
  }

  String text(String name) {
    return text(proc.resolve(name));
  }

  String text(long pid, String name) {
    return text(process(pid).resolve(name));
  }

  private static String text(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(BYTES_MAX), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }

  /** Where a link of the kernel leads, as text. */
  Optional<String> link(long pid, String name) {
    try {
      return Optional.of(Files.readSymbolicLink(process(pid).resolve(name)).toString());
    } catch (IOException | InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** Numbers of open files, at most so many. */
  List<Integer> descriptors(long pid, int most) {
    List<Integer> numbers = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(process(pid).resolve("fd"))) {
      for (Path entry : entries) {
        if (numbers.size() >= most) {
          break;
        }
        numbers.add(Integer.parseInt(entry.getFileName().toString()));
      }
    } catch (IOException | DirectoryIteratorException | NumberFormatException e) {
      return numbers;
    }
    return numbers;
  }

  /** The rest of the first line that begins so. */
  static String field(String text, String name) {
    return text.lines()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(name.length()).strip())
        .findFirst()
        .orElse("");
  }

  /** The number at the beginning of a field; otherwise when there is none. */
  static long number(String field, long otherwise) {
    int end = 0;
    while (end < field.length() && Character.isDigit(field.charAt(end))) {
      end++;
    }
    try {
      return Long.parseLong(field.substring(0, end));
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  /** For people: short, without control characters. */
  static String shown(String hostile) {
    StringBuilder out = new StringBuilder();
    hostile
        .codePoints()
        .limit(SHOWN_MAX)
        .forEach(c -> out.appendCodePoint(Character.isISOControl(c) ? '?' : c));
    return out.toString();
  }
}
