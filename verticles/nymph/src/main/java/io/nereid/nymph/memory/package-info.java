/**
 * Reading the memory of running processes without stopping them. Owns what is read and how races
 * with the processes are survived; never writes to a process and never decides what the bytes are
 * good for.
 */
package io.nereid.nymph.memory;
