/**
 * Fetches from several hosts at once what they lend: the borrowing side of the pull protocol. Owns
 * who is asked for what, and what is done about a host that is slow, silent, gone or wrong; what
 * arrives is judged by whoever asked for it. Never writes to disk itself.
 */
package io.nereid.transfer.pull;
