/**
 * Reaches receivers through the SSH servers of their hosts. Owns SSH connections and what is
 * believed of them; never looks into what goes through.
 */
package io.nereid.transfer.ssh;
