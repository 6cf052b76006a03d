/** What a snapshot is, as people and hosts speak of it. Pure records; never content. */
package io.nereid.domain.snapshot;
