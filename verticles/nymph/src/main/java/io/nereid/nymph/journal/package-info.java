/**
 * What this host has made outside of its own directories: mounts, namespaces, cgroups, firewall
 * tables, processes. Owns the record of them, written before each is made; never makes or removes
 * any itself.
 */
package io.nereid.nymph.journal;
