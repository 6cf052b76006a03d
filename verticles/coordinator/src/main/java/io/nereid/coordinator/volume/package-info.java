/**
 * Which volumes there are in the cluster, and that no two have one name. A projection of what hosts
 * report; never decides about content.
 */
package io.nereid.coordinator.volume;
