/** What people ask for single containers: make, command, move. Never decides how a move goes on. */
package io.nereid.coordinator.container;
