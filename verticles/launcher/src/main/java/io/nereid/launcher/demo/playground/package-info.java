/**
 * Several hosts on one machine, each a network namespace with a daemon of its own. Owns names,
 * namespaces, daemons and the cleaning up; never touches anything that does not carry the run's
 * prefix, and never puts a device into the machine's own network namespace.
 */
package io.nereid.launcher.demo.playground;
