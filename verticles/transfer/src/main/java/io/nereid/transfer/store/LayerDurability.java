package io.nereid.transfer.store;

import io.nereid.linux.BeneathDir;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the waiting for the disk out of a move: a new layer carries the id of this boot; a
 * background thread writes everything to the disk and then marks it durable. A layer that still
 * carries the id of an earlier boot may be incomplete after a power loss.
 */
final class LayerDurability {
  private static final Logger log = LoggerFactory.getLogger(LayerDurability.class);
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final String DURABLE = "durable";

  private final String boot;

  LayerDurability() throws IOException {
    boot = "boot " + Files.readString(BOOT_ID, StandardCharsets.US_ASCII).strip();
  }

  /** Marks a layer as written in this boot. */
  void mark(Path layer) throws IOException {
    Files.writeString(layer.resolve("state"), boot, StandardCharsets.US_ASCII);
  }

  /** True when a power loss may have damaged it. */
  boolean suspect(Path layer) throws IOException {
    try {
      String state = Files.readString(layer.resolve("state"), StandardCharsets.US_ASCII);
      return !state.equals(DURABLE) && !state.equals(boot);
    } catch (NoSuchFileException e) {
      return true;
    }
  }

  /** Writes it to the disk, in the background. */
  void makeDurable(Path layer) {
    Thread.ofVirtual()
        .name("layer-sync")
        .start(() -> {
          try (BeneathDir dir = BeneathDir.open(layer)) {
            dir.syncFileSystem();
            Path next = layer.resolve("state.next");
            Files.writeString(next, DURABLE, StandardCharsets.US_ASCII);
            Files.move(next, layer.resolve("state"), StandardCopyOption.ATOMIC_MOVE);
          } catch (IOException e) {
            // It stays marked with this boot, and is verified after the next one.
            log.debug("layer {} is not known to be durable: {}", layer, e.getMessage());
          }
        });
  }
}
