/**
 * What goes over the wire: data frames and the translation between protocol messages and the
 * domain. Pure; never performs I/O.
 */
package io.nereid.transfer.wire;
