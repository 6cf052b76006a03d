/**
 * Directory trees on disk: reading one into a manifest, building one from a manifest. Owns every
 * access to files of a tree, always below its root and without following links; never decides which
 * chunks are needed.
 */
package io.nereid.transfer.tree;
