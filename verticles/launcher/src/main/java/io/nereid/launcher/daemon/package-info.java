/**
 * Starts and stops the verticles of one host in one process. The only place that knows all of them;
 * never handles a request.
 */
package io.nereid.launcher.daemon;
