package io.nereid.nymph.pages;

/**
 * How far the bringing of pages from the source is.
 *
 * @param total that come after the restore
 * @param known of which it is known what they are, and which are here therefore
 * @param arrived that came over the wire
 * @param onDemand that somebody waited for
 */
public record PageCount(long total, long known, long arrived, long onDemand) {}
