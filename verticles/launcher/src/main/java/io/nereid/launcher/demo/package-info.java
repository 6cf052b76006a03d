/**
 * The demo: several hosts on one machine, a container that moves between them, and a report of what
 * a client outside saw. Owns the order of events and the report; never decides anything that the
 * cluster decides.
 */
package io.nereid.launcher.demo;
