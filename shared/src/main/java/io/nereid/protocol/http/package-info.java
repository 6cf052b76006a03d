/**
 * What both ends of the HTTP interface must agree on beyond JSON. Owns numbers and shapes only;
 * never a socket.
 */
package io.nereid.protocol.http;
