/**
 * Interfaces through which verticles of one process hand each other what is too big for the bus.
 * Owns contracts only; the launcher wires implementations.
 */
package io.nereid.port;
