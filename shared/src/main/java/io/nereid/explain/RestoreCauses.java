package io.nereid.explain;

import static io.nereid.explain.Cause.Group.RESTORE;

import java.util.List;

/** What the target lacks, or has too much of. */
final class RestoreCauses {
  private static final String ABSENT = "No such file or directory";

  static final List<Cause> ALL =
      List.of(
          Cause.of(
              "file-missing",
              RESTORE,
              "a file that a process had open does not exist at the target",
              "Files are opened again by their paths, so root file system and volumes must be the"
                  + " same there.",
              "bring the file or the volume to the target; the line names the path",
              Sign.of("criu/files-reg.c", "Can't open file ", ABSENT),
              Sign.of("criu/files-reg.c", "Can't open file ", "Not a directory"),
              Sign.of("criu/fifo.c", "Can't open f", "ifo ", ABSENT),
              Sign.of("criu/fsnotify.c", "Unable to open ", ABSENT)),
          Cause.of(
              "file-size",
              RESTORE,
              "a file has another size at the target than it had at the dump",
              "It was changed after the dump, or volume or image are not the same there.",
              "bring the same content to the target; nobody may write to a volume between dump and"
                  + " restore",
              Sign.of("criu/files-reg.c", "has bad size ", " (expect ")),
          Cause.of(
              "build-id",
              RESTORE,
              "a program or library is another build at the target",
              "The process would go on with machine code that it was not made of.",
              "use the same image on both hosts",
              Sign.of("criu/files-reg.c", "has bad build-ID")),
          Cause.of(
              "file-mode",
              RESTORE,
              "a file has other permissions or another type at the target",
              "CRIU takes it for another file.",
              "give it the mode that the line expects, or put 'skip-file-rwx-check' into"
                  + " /etc/criu/runc.conf at the target",
              Sign.of("criu/files-reg.c", "has bad mode 0", " (expect 0")),
          Cause.of(
              "pid-in-use",
              RESTORE,
              "a process id is taken at the target",
              "Processes come back under their old ids. In the container's own pid namespace they"
                  + " are free; in the host's they may not be.",
              "give the container a pid namespace (\"pid\" in config.json)",
              Sign.of("criu/cr-restore.c", "Can't fork for ", "File exists"),
              Sign.of("criu/cr-restore.c", "Pid ", " do not match expected"),
              Sign.of("criu/cr-restore.c", "Setting PID failed"),
              Sign.of("criu/cr-restore.c", "First PID in a PID namespace needs to be"),
              Sign.of("criu/cr-restore.c", "This process tree can only be restored")),
          Cause.of(
              "address-in-use",
              RESTORE,
              "an address and port that a process listens on is taken at the target",
              "With host networking another program has the port; otherwise the first copy still"
                  + " runs in the same network namespace.",
              "free the port ('ss -ltnp'), or use bridge networking",
              Sign.of("criu/sk-inet.c", "Can't bind inet socket", "Address already in use"),
              Sign.of("criu/sk-inet.c", "Can't listen on a socket", "Address already in use"),
              Sign.of("soccr/soccr.c", "Can't bind inet socket back", "Address already in use"),
              Sign.of("criu/sk-unix.c", "Can't bind id ", "Address already in use")),
          Cause.of(
              "address-missing",
              RESTORE,
              "the target does not have the address that a socket is bound to",
              "A connection lives on only where the same address exists.",
              "use bridge networking, where the address moves along; with host networking close the"
                  + " connections first",
              Sign.of(
                  "criu/sk-inet.c", "Can't bind inet socket", "Cannot assign requested address"),
              Sign.of(
                  "soccr/soccr.c",
                  "Can't bind inet socket back",
                  "Cannot assign requested address"),
              Sign.of("criu/sk-inet.c", "couldn't find ifindex for")),
          Cause.of(
              "network-namespace-missing",
              RESTORE,
              "the network namespace that was prepared is gone",
              "It was removed between preparation and restore.",
              "look at 'ip netns' on the target and who removes namespaces there; try again",
              Sign.of("criu/net.c", "Unable to find an external netns"),
              Sign.of("criu/namespaces.c", "Can't access join-ns file")),
          Cause.of(
              "mount-missing",
              RESTORE,
              "a mount of the image is not in the container's configuration",
              "The image has a mount from outside, and config.json at the target does not say what"
                  + " to mount there.",
              "use the same config.json on both hosts, with the same mounts in it",
              Sign.of("criu/mount.c", "No mapping for ", " mountpoint"),
              Sign.of("criu/files-reg.c", "mount is not found for ghost"),
              Sign.of("criu/mount.c", "A few mount points can't be mounted")),
          Cause.of(
              "mount-source-missing",
              RESTORE,
              "what is mounted into the container does not exist at the target",
              "The source of a bind mount is a path of the host, and this host does not have it.",
              "create it there with the same content, or use storage that both hosts have",
              Sign.of("criu/mount.c", "Can't mount at ", ABSENT),
              Sign.of("criu/mount.c", "Can't bind-mount at ", ABSENT),
              Sign.of("criu/mount-v2.c", "Failed to open_tree ", ABSENT),
              Sign.of("criu/mount-v2.c", "Can't mount at ", ABSENT),
              Sign.of("libcontainer/criu_linux.go", "criu restore mountpoint for "),
              Sign.of("libcontainer/criu_linux.go", "stat /", ": no such file or directory"),
              Sign.of("libcontainer/rootfs_linux.go", "error mounting ", "no such file")),
          Cause.of(
              "mount-failed",
              RESTORE,
              "a mount of the container could not be made",
              "The line names it, and the kernel's reason at its end.",
              "compare file systems, kernel and mounts of the two hosts",
              Sign.of("criu/mount.c", "Can't mount at "),
              Sign.of("criu/mount.c", "Can't bind-mount at "),
              Sign.of("criu/mount.c", "Unable to mount "),
              Sign.of("criu/mount-v2.c", "Failed to open_tree "),
              Sign.of("criu/mount-v2.c", "Unable to mount ")),
          Cause.of(
              "file-lock-taken",
              RESTORE,
              "a file lock is held by somebody else at the target",
              "The file is on storage that both hosts share, and another process has locked it"
                  + " meanwhile; or the file system has no locks.",
              "stop who holds it ('lslocks'); mount shared storage with locks",
              Sign.of("criu/file-lock.c", "Can not set flock!"),
              Sign.of("criu/file-lock.c", "Can not set posix lock!"),
              Sign.of("criu/file-lock.c", "Can not set ofd lock!")),
          Cause.of(
              "cpu-features",
              RESTORE,
              "the target's processor lacks what the image needs",
              "Programs choose instructions when they start. Restored on a lesser processor they"
                  + " would die of an illegal instruction.",
              "move between hosts with the same processor model, or hide the difference from both"
                  + " (CPU model of the virtual machines, GLIBC_TUNABLES=glibc.cpu.hwcaps)",
              Sign.of("criu/arch/x86/cpu.c", "capabilities do not match run time"),
              Sign.of("criu/arch/x86/cpu.c", "FPU feature required by image"),
              Sign.of("criu/arch/x86/cpu.c", "CPU xsave "),
              Sign.of("criu/arch/x86/cpu.c", "CPU xfeatures has unsupported bits"),
              Sign.of("criu/arch/x86/crtools.c", "FPU xsave area present"),
              Sign.of("criu/cr-restore.c", "killed by signal 4:")),
          Cause.of(
              "architecture",
              RESTORE,
              "the image is of another processor architecture",
              "Memory and registers fit only the architecture that they come from.",
              "move to a host of the same architecture ('nereid nodes -o json')",
              Sign.of("criu/cr-restore.c", "Core march mismatch"),
              Sign.of("criu/arch/x86/cpu.c", "No x86 related cpuinfo in image")),
          Cause.of(
              "lsm-profile",
              RESTORE,
              "the process's SELinux or AppArmor profile does not exist at the target",
              "A process comes back under the profile that it had.",
              "load the same profile or policy on both hosts, or leave apparmorProfile and"
                  + " selinuxLabel out of config.json",
              Sign.of("criu/lsm.c", "not supported by kernel"),
              Sign.of("criu/lsm.c", "mismatched lsm types"),
              Sign.of("criu/lsm.c", "Invalid selinux context"),
              Sign.of("criu/pie/restorer.c", "can't write lsm profile"),
              Sign.of("criu/apparmor.c", "AA policy"),
              Sign.of("criu/apparmor.c", "AA namespace"),
              Sign.of(
                  "libcontainer/apparmor/apparmor_linux.go", "apparmor failed to apply profile")),
          Cause.of(
              "capabilities",
              RESTORE,
              "a process's capabilities cannot be given back",
              "The daemon itself lacks a capability that the process had, or the kernel knows fewer.",
              "run the daemon as root with all capabilities",
              Sign.of("criu/pie/restorer.c", "Unable to restore capabil"),
              Sign.of("criu/pie/restorer.c", "Unable to drop capability"),
              Sign.of("criu/pie/restorer.c", "Unable to raise ambient")),
          Cause.of(
                  "task-killed",
                  RESTORE,
                  "a process was killed while it was being restored",
                  "By the memory limit of the container or of the host, or by a fault in restored code.",
                  "look for the reason with 'dmesg' at the target; raise the memory limit",
                  Sign.of("criu/cr-restore.c", " killed by signal "),
                  Sign.of("criu/cr-restore.c", " died too early"),
                  Sign.of("criu/pie/restorer.c", "Restorer fail"),
                  Sign.of("criu/pie/restorer.c", "Restorer abnormal"))
              .withRank(Cause.Rank.CONSEQUENCE));

  private RestoreCauses() {}
}
