/** Who is in the cluster and whose coordinator leads. Owns no state of its own. */
package io.nereid.coordinator.membership;
