package io.nereid.nymph.move;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.nymph.criu.image.LazyAreas;
import io.nereid.nymph.criu.image.PagemapFile;
import io.nereid.nymph.criu.image.PagemapFile.Area;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Images of which the memory came in parts: CRIU's own without memory, below them in {@value
 * #MEMORY} the pages that had changed when the container was frozen, and the pages that were sent
 * ahead, in one part for each round. Linked as CRIU links incremental dumps: each page is read from
 * the newest part that has it. Nothing is copied.
 */
public final class ImageChain {
  /** Directory of the changed pages, within the images. */
  public static final String MEMORY = "memory";

  /** CRIU's link to the images that these build upon. */
  static final String PARENT = "parent";

  /** File beside the changed pages: those that may come later are still at the source. */
  private static final String LATER = "later";

  private ImageChain() {}

  /** Whether pages of these images come after the restore, from the source. */
  static boolean isForLater(Path images) {
    return Files.isRegularFile(later(images), LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * The file that says how many bytes come after the restore; where there is none, nothing does.
   */
  static Path later(Path images) {
    return images.resolve(MEMORY).resolve(LATER);
  }

  /** Whether these images need the memory that was sent ahead. */
  public static boolean isChained(Path images) {
    return Files.isDirectory(images.resolve(MEMORY), LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Links the parts, so that CRIU can restore from {@code images}.
   *
   * @param ahead the images that were sent ahead, the newest first
   * @param lazily pages that may come later are brought by a page server and not read by CRIU
   * @throws IOException when a file cannot be read or written
   * @throws FailureException PROTOCOL when the images are not such as a source makes
   */
  static void link(Path images, List<Path> ahead, boolean lazily) throws IOException {
    Path memory = images.resolve(MEMORY);
    Optional<LazyAreas> marks = lazily ? Optional.of(LazyAreas.in(images)) : Optional.empty();
    for (Map.Entry<Integer, Path> changed : PagemapFile.all(memory).entrySet()) {
      Path map = images.resolve(changed.getValue().getFileName());
      if (!Files.isRegularFile(map, LinkOption.NOFOLLOW_LINKS)
          || !Files.isRegularFile(changed.getValue(), LinkOption.NOFOLLOW_LINKS)) {
        throw new FailureException(
            Failure.of(
                FailureCode.PROTOCOL,
                "the images have " + map.getFileName() + " in one part only",
                "run the same release of Nereid on both hosts"));
      }
      PagemapFile whole = PagemapFile.read(map);
      List<Area> areas = whole.areas();
      if (marks.isPresent()) {
        areas = marks.get().marked(changed.getKey(), areas);
      }
      areas =
          areas.stream().map(a -> isInParent(a, lazily) ? a.with(PagemapFile.PARENT) : a).toList();
      // Written beside and renamed, so that nothing is ever written through what has come.
      Path fresh = images.resolve(map.getFileName() + ".linked");
      Files.deleteIfExists(fresh);
      new PagemapFile(whole.pagesId(), areas).write(fresh);
      Files.move(fresh, map, StandardCopyOption.ATOMIC_MOVE);
    }
    Files.createSymbolicLink(images.resolve(PARENT), Path.of(MEMORY));
    Path newer = memory;
    for (Path older : ahead) {
      // Relative, because CRIU follows it when it has gone into the container's mount namespace.
      Files.createSymbolicLink(
          newer.resolve(PARENT), newer.toRealPath().relativize(older.toRealPath()));
      newer = older;
    }
  }

  private static boolean isInParent(Area area, boolean lazily) {
    return area.isLeftOut() && !(lazily && area.is(PagemapFile.LAZY));
  }
}
