/**
 * How long a client waits while a container moves, measured for Nereid and for what else there is,
 * on the same machine with the same container, client and link. Owns the order of events, the
 * figures and how they are shown; never decides anything that the cluster decides, and makes
 * nothing outside the playground.
 */
package io.nereid.launcher.bench;
