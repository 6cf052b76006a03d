/**
 * CRIU's RPC: a short-lived service process, one question per connection. Owns the socket, the
 * message rules and the end of the service; never dumps or restores anything.
 */
package io.nereid.nymph.criu.rpc;
