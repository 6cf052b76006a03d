package io.nereid.transfer.manifest;

import io.nereid.transfer.manifest.Entry.Attribute;
import io.nereid.transfer.manifest.Entry.Directory;
import io.nereid.transfer.manifest.Entry.Fifo;
import io.nereid.transfer.manifest.Entry.HardLink;
import io.nereid.transfer.manifest.Entry.Meta;
import io.nereid.transfer.manifest.Entry.RegularFile;
import io.nereid.transfer.manifest.Entry.Symlink;
import io.nereid.transfer.manifest.Entry.Whiteout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Arbitrary trees in their one order, with every type of entry and any bytes in names. */
final class Entries {
  private Entries() {}

  static Arbitrary<byte[]> names() {
    return Arbitraries.bytes()
        .filter(b -> b != 0 && b != '/')
        .array(byte[].class)
        .ofMinSize(1)
        .ofMaxSize(20)
        .filter(n -> !(n[0] == '.' && (n.length == 1 || (n.length == 2 && n[1] == '.'))));
  }

  static Arbitrary<Meta> metas() {
    Arbitrary<List<Attribute>> attributes =
        Combinators.combine(
                Arbitraries.strings().alpha().ofMinLength(1).ofMaxLength(10),
                Arbitraries.bytes().array(byte[].class).ofMaxSize(40))
            .as((n, v) -> new Attribute("user." + n, v))
            .list()
            .ofMaxSize(3);
    return Combinators.combine(
            Arbitraries.integers().between(0, 07777),
            Arbitraries.integers(),
            Arbitraries.integers(),
            Arbitraries.longs(),
            Arbitraries.integers().between(0, 999_999_999),
            attributes)
        .as(Meta::new);
  }

  /** A tree: the root, then entries of which each lies in a directory before it. */
  static Arbitrary<List<Entry>> trees() {
    Arbitrary<Integer> types = Arbitraries.integers().between(0, 5);
    Arbitrary<Integer> parents = Arbitraries.integers().between(0, 1000);
    Arbitrary<Long> sizes = Arbitraries.longs().between(0, 400_000);
    return Combinators.combine(
            names().list().ofMaxSize(30),
            types.list().ofSize(30),
            parents.list().ofSize(30),
            sizes.list().ofSize(30),
            metas())
        .as(Entries::build);
  }

  private record Planned(byte[] path, int type, long size) {}

  private static List<Entry> build(
      List<byte[]> names, List<Integer> types, List<Integer> parents, List<Long> sizes, Meta meta) {
    Comparator<Planned> order = (a, b) -> TreeOrder.compare(a.path, b.path);
    TreeSet<Planned> planned = new TreeSet<>(order);
    List<byte[]> directories = new ArrayList<>(List.of(new byte[0]));
    for (int i = 0; i < names.size(); i++) {
      byte[] directory = directories.get(parents.get(i) % directories.size());
      Planned next = new Planned(join(directory, names.get(i)), types.get(i), sizes.get(i));
      if (planned.add(next) && next.type == 0) {
        directories.add(next.path);
      }
    }
    List<Entry> entries = new ArrayList<>();
    entries.add(new Directory(new byte[0], meta));
    int files = 0;
    for (Planned p : planned) {
      Entry entry =
          switch (p.type) {
            case 0 -> new Directory(p.path, meta);
            case 1 -> new RegularFile(p.path, meta, p.size);
            case 2 -> new Symlink(p.path, meta, new byte[] {'t', (byte) 0xff});
            case 3 ->
                files == 0
                    ? new RegularFile(p.path, meta, 0)
                    : new HardLink(p.path, meta, (int) (p.size % files));
            case 4 -> new Fifo(p.path, meta);
            default -> new Whiteout(p.path, meta);
          };
      files += entry instanceof RegularFile ? 1 : 0;
      entries.add(entry);
    }
    return entries;
  }

  private static byte[] join(byte[] directory, byte[] name) {
    if (directory.length == 0) {
      return name;
    }
    byte[] path = java.util.Arrays.copyOf(directory, directory.length + 1 + name.length);
    path[directory.length] = '/';
    System.arraycopy(name, 0, path, directory.length + 1, name.length);
    return path;
  }
}
