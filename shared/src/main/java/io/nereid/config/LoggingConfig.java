package io.nereid.config;

/**
 * The daemon's own log.
 *
 * @param level trace, debug, info, warn or error (LOG_LEVEL)
 */
public record LoggingConfig(String level) {}
