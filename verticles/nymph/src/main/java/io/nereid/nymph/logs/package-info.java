/**
 * The output of containers, as conmon has written it. Owns the format of the log file and reading
 * it from any position; never writes it.
 */
package io.nereid.nymph.logs;
