/** Requests and replies between verticles, as records. Owns the shape only; never the transport. */
package io.nereid.protocol.message;
