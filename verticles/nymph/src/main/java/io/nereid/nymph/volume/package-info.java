/**
 * This host's volumes: their directories, their records, and which container has which. Decides
 * nothing about other hosts.
 */
package io.nereid.nymph.volume;
