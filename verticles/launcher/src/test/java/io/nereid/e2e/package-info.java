/**
 * The whole program, as it is shipped: daemons from the fat jar, each in a network namespace of its
 * own, real containers. All classes share one cluster, which each test must leave as it found it.
 */
package io.nereid.e2e;
