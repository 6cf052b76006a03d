package io.nereid.domain.preflight;

/**
 * A directory or file of the host that a container sees.
 *
 * @param source path on the host
 * @param destination path in the container
 * @param identity of the file system object behind it, comparable within one machine; empty when
 *     there is none
 */
public record BindMount(String source, String destination, boolean writable, String identity) {}
