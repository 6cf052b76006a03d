/**
 * How bytes come in from a socket: in the buffers that they were read into, and into a bounded
 * number of buffers of ours. Knows no protocol.
 */
package io.nereid.transfer.socket;
