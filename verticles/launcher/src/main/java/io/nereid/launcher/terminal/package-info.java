/** The terminal that the command line runs in: whether there is one, its size, its raw mode. */
package io.nereid.launcher.terminal;
