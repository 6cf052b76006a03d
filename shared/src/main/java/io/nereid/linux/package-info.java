/**
 * The Linux system calls for files that the JDK has no method for, through {@code
 * java.lang.foreign}. Owns careful access below one directory (never following a symbolic link,
 * never crossing a mount) and mount-safe deletion; never decides what is allowed to be there.
 * Blocks: call from a virtual or worker thread. Names are bytes, as the kernel has them.
 */
package io.nereid.linux;
