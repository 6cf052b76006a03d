/** Measures transfer on this machine. Owns a temporary directory; never touches the store. */
package io.nereid.transfer.bench;
