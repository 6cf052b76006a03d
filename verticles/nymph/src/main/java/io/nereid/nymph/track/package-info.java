/**
 * Asks the kernel which pages of a running process were written, without stopping it for longer
 * than a descriptor is made in it. Owns how such a descriptor is got out of a process and what its
 * answers are worth; never reads or writes memory, and never decides what the answers are good for.
 * Where anything about a process is unusual it is left alone: whoever asks then compares contents.
 */
package io.nereid.nymph.track;
