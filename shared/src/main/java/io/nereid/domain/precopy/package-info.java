/**
 * When to stop sending memory ahead and freeze. Pure: no clock, no I/O; who measures is told what
 * to do.
 */
package io.nereid.domain.precopy;
