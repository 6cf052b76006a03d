package io.nereid.nymph.track;

import io.nereid.process.ProgramEnvironment;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** A process that does to its memory what it is told, a line of Python each. */
final class Subject implements AutoCloseable {
  static final int PAGE = 4096;

  private static final String PROGRAM =
      """
      import sys, os, ctypes, time, signal, threading, select, mmap
      libc = ctypes.CDLL(None, use_errno=True)
      for name in ('mmap', 'mremap'):
          getattr(libc, name).restype = ctypes.c_void_p
      L = ctypes.c_long
      P = ctypes.c_void_p
      def alloc(pages, flags=0x22, fd=-1, at=0):
          return libc.mmap(P(at), L(pages * 4096), 3, flags, fd, L(0))
      def fill(a, pages, value=7):
          ctypes.memset(a, value, pages * 4096)
      def touch(a, page, value):
          ctypes.memset(a + page * 4096 + 8, value, 16)
      env = dict(globals())
      for line in sys.stdin:
          env['r'] = 'ok'
          try:
              exec(line, env)
          except BaseException as e:
              env['r'] = 'failed ' + repr(e)
          print(env['r'], flush=True)
      """;

  /** Skips a test where there is no kernel or no Python for it. */
  static void requireHere() {
    Assumptions.assumeTrue(Trackers.impossible().isEmpty(), () -> Trackers.impossible().get());
    Assumptions.assumeTrue(
        ProgramEnvironment.from(System.getenv()).find("python3").isPresent(), "no python3");
  }

  private final Process process;
  private final BufferedReader out;
  private final Writer in;

  Subject() throws IOException {
    process =
        new ProcessBuilder("python3", "-c", PROGRAM)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    out = process.inputReader(StandardCharsets.US_ASCII);
    in = process.outputWriter(StandardCharsets.US_ASCII);
    tell("pass");
  }

  int pid() {
    return (int) process.pid();
  }

  /** Does something; the answer is what it has put into r. */
  String tell(String line) throws IOException {
    begin(line);
    return end();
  }

  void begin(String line) throws IOException {
    in.write(line + "\n");
    in.flush();
  }

  String end() throws IOException {
    String answer = out.readLine();
    if (answer == null || answer.startsWith("failed")) {
      throw new IOException("the subject said " + answer);
    }
    return answer;
  }

  /** Pages of its own, all of them in memory. */
  long allocate(int pages) throws IOException {
    return Long.parseLong(tell("a = alloc(%d); fill(a, %d); r = a".formatted(pages, pages)));
  }

  byte[] content(long address, int pages) throws IOException {
    try (RandomAccessFile mem = new RandomAccessFile(proc("mem").toFile(), "r")) {
      byte[] content = new byte[pages * PAGE];
      mem.seek(address);
      mem.readFully(content);
      return content;
    }
  }

  Path proc(String file) {
    return Path.of("/proc/" + pid() + "/" + file);
  }

  List<String> descriptors() throws IOException {
    List<String> found = new ArrayList<>();
    try (var all = Files.list(proc("fd"))) {
      for (Path one : all.toList()) {
        found.add(one.getFileName() + " " + Files.readSymbolicLink(one));
      }
    }
    found.sort(String::compareTo);
    return found;
  }

  /** Areas of which the kernel says that they are registered with a userfaultfd. */
  long registered() throws IOException {
    try (var lines = Files.lines(proc("smaps"), StandardCharsets.ISO_8859_1)) {
      return lines.filter(l -> l.startsWith("VmFlags:") && l.contains(" uw")).count();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
