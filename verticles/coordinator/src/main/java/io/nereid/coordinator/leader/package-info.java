/**
 * Who leads, and everything that lives exactly as long as one leadership. Never trusts that it is
 * the only one: nymphs and the store refuse an earlier term.
 */
package io.nereid.coordinator.leader;
