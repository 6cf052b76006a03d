/**
 * The description of a directory tree: entries and the digest of every chunk of every file, in a
 * file of its own that is read by mapping, never whole on the heap. Owns the format, its limits and
 * the rules for names; never touches the tree that it describes.
 */
package io.nereid.transfer.manifest;
