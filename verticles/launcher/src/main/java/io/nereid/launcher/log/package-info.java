/** Sets up the log of this process. Never says anything itself. */
package io.nereid.launcher.log;
