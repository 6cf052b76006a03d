/**
 * Reads and writes those of CRIU's image files that Nereid makes itself. Owns their format; never
 * runs CRIU and never touches a process.
 */
package io.nereid.nymph.criu.image;
