package io.nereid.domain.preflight;

/**
 * A file that a process has open and that needs attention.
 *
 * @param process name and number, for people
 * @param what path or kind, as the kernel shows it
 * @param bytes its size on disk where that matters, otherwise 0
 */
public record OpenFile(String process, String what, long bytes) {}
