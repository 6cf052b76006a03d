package io.nereid.transfer.manifest;

import io.nereid.transfer.manifest.Entry.Attribute;
import io.nereid.transfer.manifest.Entry.Directory;
import io.nereid.transfer.manifest.Entry.Fifo;
import io.nereid.transfer.manifest.Entry.HardLink;
import io.nereid.transfer.manifest.Entry.Meta;
import io.nereid.transfer.manifest.Entry.RegularFile;
import io.nereid.transfer.manifest.Entry.Symlink;
import io.nereid.transfer.manifest.Entry.Whiteout;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The record of one entry, numbers big-endian:
 *
 * <pre>
 * type u8 | permissions u16 | uid u32 | gid u32 | mtime seconds i64, nanoseconds u32
 * path: length u16, bytes
 * attributes: count u8, each: name length u8, name, value length u16, value
 * file: size u64   symlink: length u16, target   hard link: file number u32
 * device: block u8 (0 or 1), major u32, minor u32
 * </pre>
 */
final class EntryCodec {
  /** Where the time stands in a record, and how long it is. */
  static final int MTIME_OFFSET = 11;

  static final int MTIME_BYTES = 12;

  private static final int DIRECTORY = 1;
  private static final int FILE = 2;
  private static final int SYMLINK = 3;
  private static final int HARD_LINK = 4;
  private static final int FIFO = 5;
  private static final int WHITEOUT = 6;
  private static final int SOCKET = 7;
  private static final int DEVICE = 8;

  private EntryCodec() {}

  static void write(Entry entry, ByteBuffer out) {
    Meta m = entry.meta();
    out.put((byte) typeOf(entry))
        .putShort((short) m.permissions())
        .putInt(m.uid())
        .putInt(m.gid())
        .putLong(m.mtimeSeconds())
        .putInt(m.mtimeNanos());
    putBytes(out, entry.path());
    out.put((byte) m.attributes().size());
    for (Attribute a : m.attributes()) {
      byte[] name = a.name().getBytes(StandardCharsets.ISO_8859_1);
      out.put((byte) name.length).put(name);
      putBytes(out, a.value());
    }
    switch (entry) {
      case RegularFile f -> out.putLong(f.size());
      case Symlink s -> putBytes(out, s.target());
      case HardLink h -> out.putInt(h.file());
      case Directory d -> {}
      case Fifo f -> {}
      case Whiteout w -> {}
      case Entry.Socket s -> {}
      case Entry.Device d ->
          out.put((byte) (d.block() ? 1 : 0)).putInt(d.major()).putInt(d.minor());
    }
  }

  private static int typeOf(Entry entry) {
    return switch (entry) {
      case Directory d -> DIRECTORY;
      case RegularFile f -> FILE;
      case Symlink s -> SYMLINK;
      case HardLink h -> HARD_LINK;
      case Fifo f -> FIFO;
      case Whiteout w -> WHITEOUT;
      case Entry.Socket s -> SOCKET;
      case Entry.Device d -> DEVICE;
    };
  }

  /** Reads one record and checks what can be seen from it alone. */
  static Entry read(ByteBuffer in) throws ManifestException {
    try {
      int type = in.get();
      int permissions = Short.toUnsignedInt(in.getShort());
      int uid = in.getInt();
      int gid = in.getInt();
      long seconds = in.getLong();
      int nanos = in.getInt();
      require((permissions & ~07777) == 0, "permissions " + permissions + " have unknown bits");
      require(nanos >= 0 && nanos < 1_000_000_000, "nanoseconds " + nanos + " out of range");
      byte[] path = bytes(in, Limits.PATH_BYTES_MAX, "path");
      Meta meta = new Meta(permissions, uid, gid, seconds, nanos, attributes(in));
      return switch (type) {
        case DIRECTORY -> new Directory(path, meta);
        case FILE -> new RegularFile(path, meta, size(in));
        case SYMLINK -> new Symlink(path, meta, target(in));
        case HARD_LINK -> new HardLink(path, meta, in.getInt());
        case FIFO -> new Fifo(path, meta);
        case WHITEOUT -> new Whiteout(path, meta);
        case SOCKET -> new Entry.Socket(path, meta);
        case DEVICE -> device(path, meta, in);
        default -> throw new ManifestException("unknown type of entry " + type);
      };
    } catch (BufferUnderflowException e) {
      throw new ManifestException("an entry is cut off");
    }
  }

  private static List<Attribute> attributes(ByteBuffer in) throws ManifestException {
    int count = Byte.toUnsignedInt(in.get());
    require(count <= Limits.ATTRIBUTES_MAX, count + " attributes are too many");
    if (count == 0) {
      return List.of();
    }
    List<Attribute> list = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      byte[] raw = new byte[Byte.toUnsignedInt(in.get())];
      in.get(raw);
      String name = new String(raw, StandardCharsets.ISO_8859_1);
      require(
          Attributes.travels(name) && name.indexOf('\0') < 0,
          "attribute " + Entry.shown(raw) + " is not one that travels");
      list.add(new Attribute(name, bytes(in, Limits.ATTRIBUTE_BYTES_MAX, "attribute")));
    }
    return List.copyOf(list);
  }

  private static Entry device(byte[] path, Meta meta, ByteBuffer in) throws ManifestException {
    int block = in.get();
    require(block == 0 || block == 1, "a device of unknown type " + block);
    int major = in.getInt();
    int minor = in.getInt();
    // As in the kernel: 12 and 20 bits.
    require((major & ~0xfff) == 0 && (minor & ~0xfffff) == 0, "a device out of range");
    return new Entry.Device(path, meta, block == 1, major, minor);
  }

  private static long size(ByteBuffer in) throws ManifestException {
    long size = in.getLong();
    require(size >= 0, "a file has the size " + size);
    return size;
  }

  private static byte[] target(ByteBuffer in) throws ManifestException {
    byte[] target = bytes(in, Limits.PATH_BYTES_MAX, "target");
    require(target.length > 0, "a link has no target");
    for (byte b : target) {
      require(b != 0, "a link's target has a zero byte");
    }
    return target;
  }

  private static void putBytes(ByteBuffer out, byte[] value) {
    out.putShort((short) value.length).put(value);
  }

  private static byte[] bytes(ByteBuffer in, int max, String what) throws ManifestException {
    int length = Short.toUnsignedInt(in.getShort());
    require(length <= max, what + " of " + length + " bytes is longer than " + max);
    if (length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] value = new byte[length];
    in.get(value);
    return value;
  }

  private static void require(boolean holds, String otherwise) throws ManifestException {
    if (!holds) {
      throw new ManifestException(otherwise);
    }
  }
}
