/**
 * Knows where every container is and drives every move. Wires the parts below; never touches
 * checkpoint bytes and never runs a container.
 */
package io.nereid.coordinator;
