package io.nereid.nymph.probe;

import java.util.ArrayList;
import java.util.List;

/** CRIU and its features. */
final class CriuChecks {
  private static final String NEEDED = "a CRIU that passes its own check";
  private static final String SETUP = "run ./nereid setup";

  private record Feature(String name, boolean required, String what, String without) {}

  private static final List<Feature> FEATURES =
      List.of(
          new Feature(
              "network_lock_nftables",
              true,
              "holds packets back while a container moves",
              "connections cannot be moved"),
          new Feature(
              "mem_dirty_track",
              false,
              "the kernel tells which pages were written",
              "pages are compared by content instead; the kernel lacks it"
                  + " (CONFIG_MEM_SOFT_DIRTY, or a newer CRIU with PAGEMAP_SCAN)"),
          new Feature(
              "uffd-noncoop",
              false,
              "memory can follow after a restore",
              "all memory is sent before the restore"),
          new Feature(
              "pidfd_store",
              false,
              "reused process ids are noticed between dumps",
              "not noticed; the kernel or CRIU is older"));

  private final CriuExaminer examiner;

  CriuChecks(CriuExaminer examiner) {
    this.examiner = examiner;
  }

  List<Requirement> examine() {
    CriuFacts facts = examiner.examine();
    if (!facts.works()) {
      return List.of(
          Requirement.failed("criu", facts.trouble().words(), NEEDED, facts.trouble().remedy()));
    }
    List<Requirement> all = new ArrayList<>();
    all.add(Requirement.ok("criu", facts.version() + ", 'criu check' passes", NEEDED));
    String rpc = "answers questions about version and features";
    all.add(
        facts.serviceProblem().isEmpty()
            ? Requirement.ok("criu service", "works", rpc)
            : Requirement.warning("criu service", facts.serviceProblem(), rpc, SETUP));
    for (Feature feature : FEATURES) {
      all.add(examine(feature, facts.features().contains(feature.name())));
    }
    return all;
  }

  private static Requirement examine(Feature feature, boolean there) {
    String name = "criu feature " + feature.name();
    if (there) {
      return Requirement.ok(name, "there", feature.what());
    }
    String found = "missing: " + feature.without();
    return feature.required()
        ? Requirement.failed(name, found, feature.what(), SETUP)
        : Requirement.warning(name, found, feature.what(), "nothing must be done");
  }
}
