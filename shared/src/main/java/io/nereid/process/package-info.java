/**
 * The one place that starts external programs. Owns deadlines and bounded capture; never a shell
 * string and never a decision about what a failure means.
 */
package io.nereid.process;
