/**
 * What the runtime is given: the checked bundle of the user, the configuration generated from it
 * for this host, the mounted root file system. Owns the format of an OCI bundle; never starts
 * anything.
 */
package io.nereid.nymph.bundle;
