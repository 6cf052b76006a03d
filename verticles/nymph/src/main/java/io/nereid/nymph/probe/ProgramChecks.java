package io.nereid.nymph.probe;

import java.util.List;

/** The programs that are used, each tried for real in namespaces that end with the try. */
final class ProgramChecks {
  private static final String SETUP = "run ./nereid setup";
  private static final String ROOT = "run it as root; if it is, allow namespaces in this machine";
  private static final String KERNEL_NFT = "load the kernel module nf_tables; " + SETUP;
  private final Tool tool;

  ProgramChecks(Tool tool) {
    this.tool = tool;
  }

  List<Requirement> examine() {
    return List.of(
        version("runc", "runs the containers", "--version"),
        version("conmon", "holds their output", "--version"),
        version("ip", "makes their networks", "-V"),
        version("nft", "locks their network during a move", "--version"),
        version("unshare", "keeps mounts of a restore apart", "--version"),
        version("nsenter", "works inside their namespaces", "--version"),
        tried("mount namespaces", "unshare --mount works", ROOT, "unshare", "--mount", "true"),
        tried(
            "network namespaces",
            "a device in a namespace of its own comes up",
            ROOT,
            "unshare",
            "--net",
            "ip",
            "link",
            "set",
            "lo",
            "up"),
        tried(
            "nftables in the kernel",
            "a table can be made in a network namespace",
            KERNEL_NFT,
            "unshare",
            "--net",
            "nft",
            "add",
            "table",
            "inet",
            "nereid-doctor"));
  }

  private Requirement version(String program, String what, String argument) {
    Tool.Run run = tool.run(program, argument);
    return run.ok()
        ? Requirement.ok(program, run.version().orElse(firstLine(run.output())), what)
        : Requirement.failed(program, run.reason(), what, SETUP);
  }

  private Requirement tried(String name, String needed, String remedy, String... argv) {
    Tool.Run run = tool.run(argv);
    return run.ok()
        ? Requirement.ok(name, "works", needed)
        : Requirement.failed(name, run.reason(), needed, remedy);
  }

  private static String firstLine(String output) {
    return output.lines().findFirst().orElse("works");
  }
}
