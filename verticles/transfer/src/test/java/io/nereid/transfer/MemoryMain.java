package io.nereid.transfer;

import io.nereid.port.SendReport;
import io.nereid.port.SetLabel;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Started by {@link MemoryTest} with a small heap: moves a large file that is mostly holes, ahead
 * and final, both hosts being in this process. Ends with 0 and its peak memory in KiB.
 */
final class MemoryMain {
  private static final long SIZE = 2L << 30;
  private static final int STEP = 256 * 1024;

  private MemoryMain() {}

  public static void main(String[] args) throws Exception {
    try (TwoHosts hosts = new TwoHosts()) {
      Path images = hosts.directory("images");
      try (RandomAccessFile pages =
          new RandomAccessFile(images.resolve("pages-1.img").toFile(), "rw")) {
        pages.setLength(SIZE);
        for (long at = 0; at < SIZE; at += STEP) {
          pages.seek(at);
          pages.write(Samples.bytes(Samples.PAGE, at));
        }
      }
      Tree tree = new Tree(TreeKind.IMAGES, images);
      hosts.send(SetLabel.AHEAD, tree);
      SendReport report = hosts.send(SetLabel.FINAL, tree);
      if (report.bytesTotal() != SIZE) {
        throw new IllegalStateException("sent " + report);
      }
      Path copy =
          hosts
              .target
              .received(hosts.migration, SetLabel.FINAL)
              .roots()
              .get(TreeKind.IMAGES)
              .resolve("pages-1.img");
      if (Files.mismatch(copy, images.resolve("pages-1.img")) >= 0) {
        throw new IllegalStateException("the copy differs");
      }
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("VmHWM")) {
          System.out.println(line.replaceAll("\\D", ""));
        }
      }
    }
  }
}
