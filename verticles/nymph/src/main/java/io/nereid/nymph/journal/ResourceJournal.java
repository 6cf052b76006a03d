package io.nereid.nymph.journal;

import io.nereid.domain.id.ContainerId;
import io.nereid.nymph.fs.DurableFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers, across {@code kill -9}, what has been made. {@link #record} before making something,
 * {@link #forget} after it is gone; whoever starts next finds in {@link #all} whatever may have
 * been left. An append-only file of lines, compacted now and then. Thread-safe; records block for a
 * disk write.
 */
public final class ResourceJournal implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ResourceJournal.class);
  private static final int DEAD_LINES_MAX = 1_000;
  private final Path file;
  private final Set<JournalEntry> entries = new LinkedHashSet<>();
  private FileChannel channel;
  private int deadLines;

  private ResourceJournal(Path file) {
    this.file = file;
  }

  /** Opens or makes the journal in a directory; a torn last line is dropped. */
  public static ResourceJournal open(Path directory) {
    ResourceJournal journal = new ResourceJournal(directory.resolve("resources.log"));
    try {
      Files.createDirectories(directory);
      journal.load();
      journal.compact();
      return journal;
    } catch (IOException e) {
      throw new UncheckedIOException("the resource journal " + journal.file + ": " + e, e);
    }
  }

  private void load() throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    for (String line : new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\n")) {
      if (line.isEmpty()) {
        continue;
      }
      Optional<JournalLine> read = JournalLine.parse(line);
      if (read.isEmpty()) {
        LOG.warn("{}: dropped an unreadable line of {} characters", file, line.length());
        continue;
      }
      if (read.get().made()) {
        entries.add(read.get().entry());
      } else {
        entries.remove(read.get().entry());
      }
    }
  }

  private void compact() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (JournalEntry entry : entries) {
      lines.append(new JournalLine(true, entry).text());
    }
    if (channel != null) {
      channel.close();
    }
    DurableFile.write(file, lines.toString().getBytes(StandardCharsets.UTF_8));
    channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    deadLines = 0;
  }

  /** Says that something is about to be made; returns when the disk knows. */
  public synchronized void record(ContainerId container, Resource resource) {
    JournalEntry entry = new JournalEntry(container, resource);
    if (entries.add(entry)) {
      append(new JournalLine(true, entry), true);
    }
  }

  /**
   * Says that something is gone. Not forced to disk: a forgotten thing that comes back in the
   * journal is looked for once more and found to be gone.
   */
  public synchronized void forget(ContainerId container, Resource resource) {
    JournalEntry entry = new JournalEntry(container, resource);
    if (entries.remove(entry)) {
      append(new JournalLine(false, entry), false);
      deadLines += 2;
      if (deadLines > DEAD_LINES_MAX) {
        try {
          compact();
        } catch (IOException e) {
          throw new UncheckedIOException("cannot compact " + file, e);
        }
      }
    }
  }

  private void append(JournalLine line, boolean force) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(line.text().getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      if (force) {
        channel.force(false);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  /** Everything that may exist, the oldest first. */
  public synchronized List<JournalEntry> all() {
    return List.copyOf(entries);
  }

  /** What was made for one container, the oldest first. */
  public synchronized List<Resource> of(ContainerId container) {
    return entries.stream()
        .filter(e -> e.container().equals(container))
        .map(JournalEntry::resource)
        .toList();
  }

  @Override
  public synchronized void close() {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.warn("{} did not close: {}", file, e.toString());
    }
  }
}
