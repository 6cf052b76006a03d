/**
 * Performs what the machine decides: one virtual thread per migration, straight on. Owns waiting,
 * asking again and telling; never decides what comes next.
 */
package io.nereid.coordinator.driver;
