/**
 * A tree as a source of content: its manifest, its chunks, their digests. Owns careful reading and
 * the detection of files that change meanwhile; never writes into the tree.
 */
package io.nereid.transfer.source;
