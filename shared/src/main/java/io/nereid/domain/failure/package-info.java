/**
 * The one vocabulary for failures: a code, how certain it is, and what a person can do. Never
 * formats for a particular edge: exit codes and HTTP statuses are columns here, rendering is
 * elsewhere.
 */
package io.nereid.domain.failure;
