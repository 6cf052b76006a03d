/** What a host is and can do. Pure records; never probes anything itself. */
package io.nereid.domain.node;
