/**
 * What a person types. Each command asks the gateway and shows the answer; never touches a
 * container, a bus or a disk of the cluster itself.
 */
package io.nereid.launcher.cli;
