package io.nereid.domain.preflight;

import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.node.Capabilities;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What depends on processor, kernel and programs of the two hosts. */
final class HostRules {
  private static final String NETWORK_LOCK = "network_lock_nftables";

  /** Names of features that tell of the kernel or the machine, not of instructions. */
  private static final Set<String> NOT_INSTRUCTIONS =
      Set.of(
          "acpi",
          "amd_ppin",
          "apic",
          "aperfmperf",
          "arat",
          "arch_capabilities",
          "arch_perfmon",
          "bts",
          "constant_tsc",
          "cpb",
          "cqm",
          "cqm_llc",
          "cqm_mbm_local",
          "cqm_mbm_total",
          "cqm_occup_llc",
          "cr8_legacy",
          "decodeassists",
          "dtes64",
          "ds_cpl",
          "est",
          "extapic",
          "extd_apicid",
          "flexpriority",
          "flush_l1d",
          "flushbyasid",
          "fsrm",
          "hw_pstate",
          "ht",
          "hypervisor",
          "ibpb",
          "ibrs",
          "ibrs_enhanced",
          "ibs",
          "ida",
          "invpcid",
          "invpcid_single",
          "irperf",
          "lbrv",
          "mba",
          "mca",
          "mce",
          "md_clear",
          "monitor",
          "mtrr",
          "nonstop_tsc",
          "nonstop_tsc_s3",
          "npt",
          "nrip_save",
          "nx",
          "overflow_recov",
          "pat",
          "pausefilter",
          "pbe",
          "pcid",
          "pdcm",
          "pdpe1gb",
          "pebs",
          "perfctr_core",
          "perfctr_llc",
          "perfctr_nb",
          "pfthreshold",
          "pge",
          "pln",
          "proc_feedback",
          "pse",
          "pse36",
          "pts",
          "rdt_a",
          "sdbg",
          "skinit",
          "smap",
          "smca",
          "smep",
          "ss",
          "ssbd",
          "stibp",
          "succor",
          "svm",
          "svm_lock",
          "tce",
          "tm",
          "tm2",
          "topoext",
          "tpr_shadow",
          "tsc_adjust",
          "tsc_deadline_timer",
          "tsc_known_freq",
          "tsc_scale",
          "umip",
          "v_vmsave_vmload",
          "vgif",
          "virt_ssbd",
          "vmcb_clean",
          "vme",
          "vmmcall",
          "vmx",
          "vnmi",
          "vpid",
          "wbnoinvd",
          "wdt",
          "x2apic",
          "x2avic",
          "xtopology",
          "xtpr");

  private HostRules() {}

  static List<Finding> findings(ContainerFacts container, TargetFacts there) {
    List<Finding> findings = new ArrayList<>();
    HostTraits source = container.source();
    HostTraits target = there.host();
    works(source, "dump", findings);
    works(target, "restore", findings);
    findings.add(architecture(source, target));
    findings.add(cpu(source, target, there.cpu()));
    findings.add(kernel(source, target));
    findings.add(criu(source, target));
    findings.add(networkLock(container, target));
    findings.add(runc(source, target));
    findings.add(cgroup(source, target));
    return findings;
  }

  private static void works(HostTraits host, String verb, List<Finding> findings) {
    List<String> problems = host.capabilities().problems();
    problems.forEach(problem ->
        findings.add(
            Finding.reject(
                "host",
                "host " + host.host() + " cannot " + verb + ": " + problem,
                "run 'nereid doctor' there")));
    if (problems.isEmpty()) {
      findings.add(Finding.ok("host", "host " + host.host() + " can " + verb));
    }
  }

  private static Finding architecture(HostTraits source, HostTraits target) {
    String mine = source.capabilities().arch();
    String theirs = target.capabilities().arch();
    return mine.equals(theirs)
        ? Finding.ok("arch", "both hosts are " + mine)
        : Finding.reject(
            "arch",
            "host " + target.host() + " is " + theirs + ", host " + source.host() + " is " + mine,
            "choose a host of the same architecture");
  }

  private static Finding cpu(HostTraits source, HostTraits target, TargetFacts.CpuMatch match) {
    Set<String> lacking = new TreeSet<>(source.cpuFlags());
    lacking.removeAll(Set.copyOf(target.cpuFlags()));
    lacking.removeAll(NOT_INSTRUCTIONS);
    boolean known = !source.cpuFlags().isEmpty() && !target.cpuFlags().isEmpty();
    boolean lacks = match == TargetFacts.CpuMatch.LACKS || (known && !lacking.isEmpty());
    if (!lacks) {
      return known || match == TargetFacts.CpuMatch.FITS
          ? Finding.ok("cpu", "host " + target.host() + " has all instructions of the source")
          : Finding.info("cpu", "the processors could not be compared");
    }
    String which = known && !lacking.isEmpty() ? String.join(", ", lacking) : "some, says CRIU";
    return Finding.risk(
        "cpu",
        "the processor of host "
            + target.host()
            + " lacks instructions of host "
            + source.host()
            + " ("
            + which
            + "); a program that has chosen to use them would end with SIGILL",
        "choose a host with the same or a newer processor");
  }

  private static Finding kernel(HostTraits source, HostTraits target) {
    String mine = source.capabilities().kernel();
    String theirs = target.capabilities().kernel();
    String both = "kernel " + theirs + " there, " + mine + " here";
    return switch (Version.compare(theirs, mine)) {
      case MAJOR_OLDER ->
          Finding.risk(
              "kernel",
              both + ": what the processes use may not exist there",
              "choose a host with the same or a newer kernel");
      case MINOR_OLDER -> Finding.info("kernel", both + ", a little older");
      case SAME, NEWER, UNKNOWN -> Finding.ok("kernel", both);
    };
  }

  private static Finding criu(HostTraits source, HostTraits target) {
    String mine = source.capabilities().criu();
    String theirs = target.capabilities().criu();
    String both = "CRIU " + theirs + " on host " + target.host() + ", " + mine + " here";
    String remedy = "install the same CRIU on both ('nereid setup')";
    return switch (Version.compare(theirs, mine)) {
      case MAJOR_OLDER ->
          Finding.reject("criu", both + ": images of a newer one cannot be read", remedy);
      case MINOR_OLDER ->
          Finding.risk("criu", both + ": it may not understand newer images", remedy);
      case SAME, NEWER, UNKNOWN -> Finding.ok("criu", both);
    };
  }

  /** Without it CRIU needs iptables to keep packets away while connections are taken apart. */
  private static Finding networkLock(ContainerFacts container, HostTraits target) {
    if (container.network().mode() == NetworkMode.HOST) {
      return Finding.ok("criu-features", "no network lock is needed in the host's network");
    }
    for (HostTraits host : List.of(container.source(), target)) {
      Capabilities capabilities = host.capabilities();
      boolean works = !capabilities.criu().isEmpty();
      if (works && !capabilities.criuFeatures().contains(NETWORK_LOCK)) {
        return Finding.risk(
            "criu-features",
            "CRIU on host " + host.host() + " lacks " + NETWORK_LOCK,
            "install a CRIU built with nftables ('nereid setup')");
      }
    }
    return Finding.ok("criu-features", "both CRIUs have what this container needs");
  }

  private static Finding runc(HostTraits source, HostTraits target) {
    String both =
        "runc "
            + target.capabilities().runc()
            + " there, "
            + source.capabilities().runc()
            + " here";
    return switch (Version.compare(target.capabilities().runc(), source.capabilities().runc())) {
      case MAJOR_OLDER ->
          Finding.risk(
              "runc", both + ": its state files may differ", "install the same runc on both");
      case MINOR_OLDER -> Finding.info("runc", both);
      case SAME, NEWER, UNKNOWN -> Finding.ok("runc", both);
    };
  }

  private static Finding cgroup(HostTraits source, HostTraits target) {
    String mine = source.capabilities().cgroup();
    String theirs = target.capabilities().cgroup();
    String both = "cgroup " + theirs + " there, " + mine + " here";
    return mine.equals("v2") == theirs.equals("v2")
        ? Finding.ok("cgroup", both)
        : Finding.risk(
            "cgroup",
            both + ": CRIU restores the limits of the one kind only where that kind is",
            "choose a host with the same cgroup version");
  }
}
