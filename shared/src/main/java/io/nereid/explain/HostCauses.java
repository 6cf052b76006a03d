package io.nereid.explain;

import static io.nereid.explain.Cause.Group.HOST;

import java.util.List;

/** Kernel, CRIU and programs that CRIU calls. */
final class HostCauses {
  static final List<Cause> ALL =
      List.of(
          Cause.of(
              "vdso-bounds",
              HOST,
              "CRIU is too old for this kernel",
              "It does not recognise the vDSO area of newer kernels and gives up before it begins.",
              "run './nereid setup', which installs a CRIU that works on this kernel",
              Sign.of("criu/vdso.c", "Unexpected rt vDSO area bounds"),
              Sign.of("criu/vdso.c", "Can't find rt vDSO"),
              Sign.of("criu/kerndat.c", "kerndat_vdso_fill_symtable failed")),
          Cause.of(
              "kernel-too-new",
              HOST,
              "the kernel has something that this CRIU does not know",
              "CRIU meets a mapping, a capability or a feature from after its time.",
              "run './nereid setup', which installs a newer CRIU",
              Sign.of("criu/kerndat.c", "more capabilities than this CRIU supports"),
              Sign.of("criu/proc_parse.c", "Unsupported mapping found"),
              Sign.of("criu/proc_parse.c", "Unknown option [")),
          Cause.of(
                  "kernel-features",
                  HOST,
                  "CRIU cannot find out what the kernel can do",
                  "It tries many features at its start; one of the tries failed in a way that it"
                      + " does not expect.",
                  "run 'criu check' as root on that host; './nereid setup' installs another CRIU",
                  Sign.of("criu/kerndat.c", "failed when initializing kerndat"),
                  Sign.of("criu/crtools.c", "Could not initialize kernel features detection"))
              .withRank(Cause.Rank.CONSEQUENCE),
          Cause.of(
              "network-lock-missing",
              HOST,
              "CRIU cannot block the network while it dumps connections",
              "It calls iptables-restore, or uses nftables when told so; one of them must exist, with"
                  + " the kernel's part of it.",
              "put 'network-lock nftables' into CRIU's configuration (Nereid does), or install"
                  + " iptables; the kernel needs nf_tables or xt_mark",
              Sign.of("criu/net.c", "Locking network failed"),
              Sign.of("criu/netfilter.c", "Locking network failed"),
              Sign.of("criu/netfilter.c", "Locking connection failed"),
              Sign.of("criu/netfilter.c", "Iptables configuration failed"),
              Sign.of("criu/net.c", "CRIU was built without libnftables support"),
              Sign.of("criu/util.c", "execvp(\"ip", "tables-")),
          Cause.of(
              "ip-tool",
              HOST,
              "the program ip is missing or failed",
              "CRIU saves and restores addresses, routes and rules with it.",
              "install iproute2 on both hosts",
              Sign.of("criu/net.c", "IP tool failed on"),
              Sign.of("criu/util.c", "execvp(\"ip\"")),
          Cause.of(
              "tar-missing",
              HOST,
              "the program tar is missing or failed",
              "CRIU packs and unpacks the content of tmpfs mounts with it.",
              "install tar on both hosts; when it is there, look whether the disk is full",
              Sign.of("criu/util.c", "execvp(\"tar\""),
              Sign.of("criu/filesystems.c", "Can't dump tmpfs content"),
              Sign.of("criu/filesystems.c", "Can't restore tmpfs content")),
          Cause.of(
              "diag-modules",
              HOST,
              "the kernel does not tell CRIU about sockets",
              "The modules unix_diag, inet_diag, tcp_diag, udp_diag, netlink_diag and af_packet_diag"
                  + " are needed.",
              "load them with modprobe, or use a kernel that has them",
              Sign.of("criu/sockets.c", "Diag module missing"),
              Sign.of("criu/sockets.c", "are not collected")),
          Cause.of(
              "freezer-missing",
              HOST,
              "the container's cgroup has no freezer",
              "Neither freezer.state (cgroup v1) nor cgroup.freeze (v2) exists where it should.",
              "mount the freezer or the unified hierarchy; look at 'nereid doctor'",
              Sign.of("criu/seize.c", "Neither a cgroupv1 (freezer.state) or cgroupv2")),
          Cause.of(
              "cgroup-version",
              HOST,
              "the cgroups of the two hosts do not fit together",
              "The image was made under cgroup v1 and the target has v2, or the other way round, or"
                  + " a controller is missing.",
              "boot both hosts with the same cgroup version (systemd.unified_cgroup_hierarchy)",
              Sign.of("criu/cgroup.c", "controller ", " not found"),
              Sign.of("criu/cgroup.c", "No cg_controller_entry found for"),
              Sign.of("criu/cgroup.c", "Can't mount controller dir"),
              Sign.of("criu/cgroup.c", "Unable to mount cgroup"),
              Sign.of("criu/cgroup.c", "CG paths mismatch"),
              Sign.of("criu/cgroup.c", "Abort restore of existing cgroups"),
              Sign.of("criu/cgroup.c", "Cgroup dir ", " doesn't exist")),
          Cause.of(
              "cgroup-setting",
              HOST,
              "a process or a setting could not be put into its cgroup",
              "The cgroup was removed meanwhile, or its parent does not allow the value.",
              "compare limits and controllers of the parent cgroups on both hosts",
              Sign.of("criu/cgroup.c", "Can't move ", " into "),
              Sign.of("criu/cgroup.c", "Failed writing ", " to "),
              Sign.of("criu/cgroup.c", "Restoring ", " special property failed"),
              Sign.of("criu/cgroup.c", "Can't make cgroup dir")),
          Cause.of(
              "action-script",
              HOST,
              "the program that called CRIU refused a step",
              "A hook or a script in CRIU's configuration ended with an error, or the runtime did.",
              "look at the runtime's log; take 'action-script' out of CRIU's configuration",
              Sign.of("criu/cr-service.c", "RPC client reported script error"),
              Sign.of("criu/cr-dump.c", "Pre dump script failed with"),
              Sign.of("criu/cr-restore.c", "Aborting restore due to ", " script ret code")),
          Cause.of(
              "not-root",
              HOST,
              "CRIU may not do what it must",
              "It reads and writes other processes, namespaces and cgroups.",
              "run the daemon as root with all capabilities; 'nereid doctor' names what is missing",
              Sign.of("criu/util.c", "You need to be root to run this command"),
              Sign.remark("criu/cr-check.c", "CRIU needs to have the CAP_SYS_ADMIN")));

  private HostCauses() {}
}
