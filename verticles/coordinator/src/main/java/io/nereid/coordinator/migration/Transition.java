package io.nereid.coordinator.migration;

import java.util.List;

/** What comes of an event: the record from now on and what to do about it. */
public record Transition(MigrationRecord record, List<Effect> effects) {
  public Transition {
    effects = List.copyOf(effects);
  }
}
