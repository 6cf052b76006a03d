/**
 * Every event-bus address, typed by request and reply. The only place where an address is a string.
 */
package io.nereid.protocol.address;
