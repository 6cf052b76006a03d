package io.nereid.nymph.journal;

import io.nereid.domain.id.ContainerId;

/** A resource and the container for which it was made. */
public record JournalEntry(ContainerId container, Resource resource) {}
