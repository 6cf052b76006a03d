/** The wire form of messages. Owns JSON on the bus; never decides anything. */
package io.nereid.protocol.codec;
