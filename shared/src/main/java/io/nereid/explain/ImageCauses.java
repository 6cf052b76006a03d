package io.nereid.explain;

import static io.nereid.explain.Cause.Group.HOST;
import static io.nereid.explain.Cause.Group.RESTORE;

import java.util.List;

/** Images that are missing or wrong, and pages that come later. */
final class ImageCauses {
  static final List<Cause> ALL =
      List.of(
          Cause.of(
              "parent-image-missing",
              HOST,
              "the earlier dump that this one builds upon is not there",
              "A dump in steps holds only what has changed; the rest is in the directory that"
                  + " --parent-path names, relative to the image.",
              "keep all directories of the chain beside each other, and copy all of them",
              Sign.of("criu/image.c", "Invalid parent image directory provided"),
              Sign.of("criu/image.c", "Can't open parent path"),
              Sign.of("criu/page-xfer.c", "No parent image found, though parent directory is set"),
              Sign.of("criu/page-xfer.c", "not found in parent"),
              Sign.of("criu/page-xfer.c", "in parent pagemap"),
              Sign.of("criu/pagemap.c", "No parent for snapshot pagemap"),
              Sign.of("criu/mem.c", "no parent inventory"),
              Sign.of("checkpoint.go", "--parent-path")),
          Cause.of(
              "image-missing",
              RESTORE,
              "the image is not there, or not complete",
              "The directory is not the one of a dump, or files in it were not copied.",
              "name the directory that holds inventory.img and descriptors.json",
              Sign.of("criu/image.c", "Can't open dir "),
              Sign.of("criu/protobuf.c", "Unexpected EOF on (empty-image)"),
              Sign.of("libcontainer/criu_linux.go", "descriptors.json", "no such file"),
              Sign.of("libcontainer/criu_linux.go", "invalid directory to restore checkpoint")),
          Cause.of(
              "image-damaged",
              RESTORE,
              "the image is damaged, or of another version of CRIU",
              "A file of it does not begin as it must, ends too early or contradicts another one.",
              "dump again; use the same CRIU on both hosts, and check the copy's digests",
              Sign.of("criu/image.c", "agic doesn't match for"),
              Sign.of("criu/image.c", "Not supported images version"),
              Sign.of("criu/image.c", "Too old image"),
              Sign.of("criu/cr-restore.c", "Image corrupted on pid"),
              Sign.of("criu/cr-restore.c", "Can't open core data for"),
              Sign.of("criu/mem.c", "outside of VMA"),
              Sign.of("criu/pie/restorer.c", "Can't read pages data"),
              Sign.of("criu/pagemap.c", "Can't read async pr bytes"),
              Sign.of("criu/pagemap.c", "Can't read mapping page"),
              Sign.of("criu/pagemap.c", "Reached EOF unexpectedly"),
              Sign.of("criu/protobuf.c", "Unexpected EOF on "),
              Sign.of("criu/protobuf.c", "Failed unpacking object")),
          Cause.of(
              "plugin-missing",
              RESTORE,
              "the image was made with a plugin that this CRIU does not have",
              "What the plugin has stored, such as the state of a GPU, only it can bring back.",
              "install the plugin that the line names on the target",
              Sign.of("criu/image.c", "Missing required plugin"),
              Sign.of("criu/plugin.c", "Unable to load ")),
          Cause.of(
              "uffd-denied",
              HOST,
              "the kernel does not permit userfaultfd",
              "Pages that arrive after the restore need it, with CAP_SYS_PTRACE or"
                  + " vm.unprivileged_userfaultfd=1.",
              "run the daemon as root with all capabilities; without it Nereid moves all memory"
                  + " before the restore",
              Sign.of("criu/uffd.c", "Unable to open an userfaultfd descriptor"),
              Sign.of("criu/uffd.c", "Failed to get uffd API"),
              Sign.of("criu/uffd.c", "Incompatible uffd API"),
              Sign.of("criu/kerndat.c", "Lazy pages are not available")),
          Cause.of(
              "lazy-pages-socket",
              HOST,
              "the daemon that brings the remaining pages does not answer",
              "'criu lazy-pages' and the restore meet at a socket in their work directory; it must"
                  + " run there before the restore begins.",
              "start 'criu lazy-pages' first and with the same work directory",
              Sign.of("criu/uffd.c", "connect to ", "lazy-pages.socket failed"),
              Sign.of("criu/uffd.c", "No lazy-pages socket"),
              Sign.of("criu/uffd.c", "PID sending error")),
          Cause.of(
              "page-server",
              HOST,
              "the connection over which pages travel broke or was never made",
              "The page server on the other side is not there, was ended, or is behind a firewall. A"
                  + " dump from which Nereid leaves the memory out ends in this way on purpose.",
              "look at address and port, at the firewall between the hosts and at the log of the"
                  + " other side; the source still has everything",
              Sign.of("criu/cr-dump.c", "Lazy pages transfer FAILED"),
              Sign.of("criu/page-xfer.c", "The page server doesn't answer"),
              Sign.of("criu/page-xfer.c", "Remote side closed connection"),
              Sign.of("criu/page-xfer.c", "A socket was closed unexpectedly"),
              Sign.of("criu/page-xfer.c", "Can't write to page server"),
              Sign.remark("criu/util.c", "Can't connect to server "),
              Sign.of("criu/util.c", "Can't bind ", " server"),
              Sign.of("criu/uffd.c", "Restorer unexpectedly closed the connection")));

  private ImageCauses() {}
}
