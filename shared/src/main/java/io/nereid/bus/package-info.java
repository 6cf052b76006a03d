/**
 * The only users of the event bus. Owns the mapping from delivery failures to certainty; never
 * retries and never interprets a message.
 */
package io.nereid.bus;
