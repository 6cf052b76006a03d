/**
 * What runs in the demo's containers and the clients that watch it from outside. Owns bundles and
 * the checks of every answer; never talks to a daemon.
 */
package io.nereid.launcher.demo.workload;
