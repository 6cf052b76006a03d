/**
 * The receiving side: sessions, what they miss, what arrives. Everything that comes in is checked
 * before it is used and counted against a limit. Owns the directories of sessions; never starts
 * anything from them.
 */
package io.nereid.transfer.receive;
