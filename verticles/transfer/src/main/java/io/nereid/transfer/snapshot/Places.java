package io.nereid.transfer.snapshot;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where each chunk of a tree is: eight bytes a chunk, number of the pack and unit in it, in the
 * order of the manifest. Zeros are nowhere.
 */
final class Places {
  /** Of a chunk of zeros. */
  static final long ZEROS = -1;

  private Places() {}

  static long place(int pack, int unit) {
    return ((long) pack << 32) | Integer.toUnsignedLong(unit);
  }

  static int pack(long place) {
    return (int) (place >>> 32);
  }

  static int unit(long place) {
    return (int) place;
  }

  static long offset(long place) {
    return (place & 0xffffffffL) * Pack.UNIT_BYTES;
  }

  /** Writes a file from the beginning to the end. */
  static DataOutputStream writer(Path file) throws IOException {
    return new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16));
  }

  /** What to do with a place. */
  interface Visitor {
    void visit(int chunk, long place) throws IOException;
  }

  /** Reads all; fails when there are fewer or more than so many. */
  static void forEach(Path file, int chunks, Visitor visitor) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
      for (int chunk = 0; chunk < chunks; chunk++) {
        visitor.visit(chunk, in.readLong());
      }
      if (in.read() >= 0) {
        throw new IOException(file + " has more than " + chunks + " places");
      }
    } catch (EOFException e) {
      throw new IOException(file + " has fewer than " + chunks + " places", e);
    }
  }
}
