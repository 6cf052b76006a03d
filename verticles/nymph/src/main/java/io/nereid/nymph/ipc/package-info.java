/**
 * What containers say to their host: a datagram socket for each, mounted into it, and what is done
 * about a message. Owns the sockets and the limits of what one container may ask for; never does
 * anything to a container itself, but asks the leading coordinator, as a person would. Everything
 * that comes in is hostile.
 */
package io.nereid.nymph.ipc;
