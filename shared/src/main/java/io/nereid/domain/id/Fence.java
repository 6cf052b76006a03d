package io.nereid.domain.id;

/** What every command about a container carries: on whose authority (term) and in which epoch. */
public record Fence(Term term, Epoch epoch) {}
